import Glibc
import Testing

@testable import TestSupport
@testable import TransferStore

@Suite("The engine's lock")
struct EngineLockTests {
    private let temporary: TemporaryFolder
    private let folder: StateFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = try StateFolder(path: temporary.path("state"))
    }

    @Test("is held once, names its holder and stays behind as a private file")
    func once() throws {
        let lock = try EngineLock(folder: folder)
        let taken = #expect(throws: EngineLock.Taken.self) { try EngineLock(folder: folder) }
        #expect(taken?.process == getpid())
        #expect(taken?.description.hasPrefix("another carryon (process \(getpid())) is using \(folder.path);") == true)
        var status = stat()
        #expect(stat(folder.lock, &status) == 0 && status.st_mode & 0o777 == 0o600)
        lock.close()
        lock.close()
        #expect(access(folder.lock, F_OK) == 0)
        try EngineLock(folder: folder).close()
    }

    @Test("is given back when its owner goes away")
    func released() throws {
        for _ in 0..<2 { _ = try EngineLock(folder: folder) }
    }

    @Test("ends with the process that holds it")
    func killed() throws {
        _ = try temporary.write(Array("4711\n".utf8), to: "state/engine.lock")
        let program = try ChildProcess.find("flock")
        let child = try ChildProcess(
            program, ["--no-fork", folder.lock, "sleep", "60"], log: temporary.path("log"))
        defer { child.stop(SIGKILL) }
        var taken: EngineLock.Taken?
        try eventuallyBlocking("the child holds the lock") {
            do { try EngineLock(folder: folder).close() } catch let error as EngineLock.Taken { taken = error }
            return taken != nil
        }
        child.signal(SIGKILL)
        var lock: EngineLock?
        try eventuallyBlocking("the lock is free") {
            lock = try? EngineLock(folder: folder)
            return lock != nil
        }
        lock?.close()
    }

    @Test("is waited for as long as it goes from hand to hand")
    func patience() {
        var patience = LockPatience(30)
        /// How often it waits for that holder.
        func waits(for process: Int32?) -> Int {
            (0..<10).prefix { _ in patience.allows(10, for: process) }.count
        }
        #expect(waits(for: nil) == 3)
        #expect(waits(for: 1) == 3)
        #expect(waits(for: 2) == 3)
        // Who it is is not known for a moment, or for longer: nothing that would be new.
        #expect(waits(for: nil) == 0)
        #expect(waits(for: 2) == 0)
    }

    @Test("is taken once its holder gives it back")
    func waiting() async throws {
        let first = try EngineLock(folder: folder)
        let folder = self.folder
        async let second = onOwnThread { try EngineLock(folder: folder, patience: 60_000) }
        first.close()
        try await second.close()
    }

    @Test("shows the number that its holder wrote, if it is one")
    func holder() throws {
        let lock = try EngineLock(folder: folder)
        defer { lock.close() }
        for (text, process) in [("4711\n", 4711), ("", nil), ("nonsense", nil)] as [(String, Int32?)] {
            let file = try FileHandleBox(folder.lock, O_WRONLY | O_TRUNC)
            #expect(write(file.descriptor, text, text.utf8.count) == text.utf8.count)
            let taken = #expect(throws: EngineLock.Taken.self) { try EngineLock(folder: folder) }
            #expect(taken?.process == process)
        }
    }

    @Test("does not follow a link")
    func link() throws {
        #expect(symlink(temporary.path("elsewhere"), folder.lock) == 0)
        #expect(throws: StoreError.self) { try EngineLock(folder: folder) }
        #expect(access(temporary.path("elsewhere"), F_OK) != 0)
    }
}
