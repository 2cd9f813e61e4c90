import Foundation
import Glibc
import TestSupport
import Testing

/// A terminal that takes nothing, as over a connection that hangs, holds up the screen and nothing else.
@Suite struct SlowTerminalTests {
    private static let file = PatternFile(seed: 11, size: 30_000_000)

    @Test func theTransferGoesOnAndTheScreenCatchesUp() async throws {
        let server = FaultyServer(
            [ServedFile("/story.bin", .pattern(Self.file))], faults: [Fault(.always, .silence(from: 1_000_000))])
        try server.start()
        defer { server.stop() }
        let folder = try TemporaryFolder()
        _ = try await CarryonProgram(in: folder).run(["add", server.url("/story.bin"), "./"])
        try FileManager.default.createDirectory(
            atPath: folder.path("config/carryon"), withIntermediateDirectories: true)
        try "stall-timeout = 1".write(
            toFile: folder.path("config/carryon/config.toml"), atomically: true, encoding: .utf8)
        let terminal = try UnreadTerminal()
        let environment = [
            "HOME": folder.path, "XDG_CONFIG_HOME": folder.path("config"), "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
        ]
        // Without a controlling terminal it draws on what it was given.
        let process = try ChildProcess(
            "/usr/bin/setsid", [CarryonProgram.path, "--state", folder.path("state")], environment: environment,
            log: terminal.path, errors: "/dev/null", input: terminal.descriptor)
        defer { process.stop(SIGKILL) }
        // Every new size has it draw everything anew, until the terminal holds no more.
        var isWide = false
        try await eventually("the screen waits for the terminal") {
            isWide.toggle()
            terminal.resize(columns: isWide ? 200 : 190, rows: 60)
            process.signal(SIGWINCH)
            return try Self.isWriting(process.id)
        }
        server.setFaults([])
        try await eventually("the file is complete") {
            FileManager.default.fileExists(atPath: folder.path("story.bin"))
        }
        #expect(try Self.file.firstDifference(fromFileAt: folder.path("story.bin")) == nil)
        let isStillWaiting = try Self.isWriting(process.id)
        #expect(isStillWaiting)
        // Somebody reads again.
        try await eventually("the screen shows the end") { terminal.read().contains("done") }
        process.signal(SIGTERM)
        try await eventually("the program ends") {
            _ = terminal.read()
            return !process.isRunning
        }
    }

    /// Whether the thread of the screen has been waiting in `write` for a while.
    private static func isWriting(_ id: pid_t) throws -> Bool {
        for _ in 0..<10 {
            // The number of the system call comes first; 1 is `write` on x86-64, 64 on AArch64.
            let call = try String(contentsOfFile: "/proc/\(id)/syscall", encoding: .utf8).prefix { $0 != " " }
            guard ["1", "64"].contains(call) else { return false }
            usleep(5000)
        }
        return true
    }
}

/// A terminal without a window, that is read only when asked.
private final class UnreadTerminal: Sendable {
    let descriptor: Int32
    let path: String
    private let master: Int32
    /// TIOCSPTLCK and TIOCGPTN, macros that Swift does not see.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init() throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        guard master >= 0 else { throw SystemFailure("open a terminal") }
        var lock: Int32 = 0
        var number: Int32 = 0
        guard ioctl(master, Self.setLock, &lock) == 0, ioctl(master, Self.getNumber, &number) == 0 else {
            throw SystemFailure("unlock a terminal")
        }
        path = "/dev/pts/\(number)"
        descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure("open \(path)") }
        resize(columns: 80, rows: 24)
    }

    deinit {
        close(descriptor)
        close(master)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// All that is there.
    func read() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }
}
