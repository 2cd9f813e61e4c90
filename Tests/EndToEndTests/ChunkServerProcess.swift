import Foundation
import Glibc
import TestSupport

/// `carryon serve` as a process of its own, to be killed and started again on the same port and folder.
final class ChunkServerProcess {
    let port: UInt16
    let data: String
    let log: String
    private let options: [String]
    private var process: ChildProcess?

    /// Starts on a port that is free.
    init(data: String, log: String, options: [String] = []) throws {
        self.data = data
        self.log = log
        self.options = options
        port = try Self.freePort()
        try start()
    }

    /// Starts, and returns once the server answers.
    func start() throws {
        let arguments = ["serve", "--listen", "127.0.0.1:\(port)", "--data", data] + options
        process = try ChildProcess(CarryonProgram.path, arguments, log: log)
        try eventuallyBlocking(
            "the server answers; its log: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")"
        ) {
            (try? RawConnection(port: port).exchange("GET", "/health"))?.status == 200
        }
    }

    /// `kill -9`.
    func kill() {
        guard let process else { return }
        Glibc.kill(process.id, SIGKILL)
        _ = process.waitForEnd()
        self.process = nil
    }

    /// The way a service manager ends it. Returns the status as `waitpid` gives it.
    @discardableResult
    func terminate() -> Int32 {
        guard let process else { return 0 }
        Glibc.kill(process.id, SIGTERM)
        return waitForEnd()
    }

    /// Waits for a server that was told to end. Returns the status as `waitpid` gives it.
    func waitForEnd() -> Int32 {
        guard let process else { return 0 }
        defer { self.process = nil }
        return process.waitForEnd()
    }

    deinit { kill() }

    var processID: pid_t? { process?.id }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The chunks that the server says it has.
    func receivedChunks(of upload: String) throws -> IndexSet {
        let answer = try RawConnection(port: port).exchange("GET", "/status?id=\(upload)", [("Connection", "close")])
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        var chunks = IndexSet()
        for range in json?["receivedChunks"] as? [[Int]] ?? [] { chunks.insert(integersIn: range[0]...range[1]) }
        return chunks
    }

    private static func freePort() throws -> UInt16 {
        let proxy = try MeddlingProxy(to: 1)
        defer { proxy.stop() }
        return proxy.port
    }
}
