import Foundation
import Glibc
import TestSupport

/// `carryon serve` as a process of its own, to be killed and started again on the same port and folder.
final class ChunkServerProcess {
    var port: UInt16 { reserved.port }
    let data: String
    let log: String
    private let options: [String]
    private let environment: [String: String]
    /// Between a kill and the next start nobody else shall get the port.
    private let reserved: ReservedPort
    private var process: ChildProcess?

    /// Starts on a port of its own.
    ///
    /// - Parameter environment: What the server has beside our own.
    init(data: String, log: String, options: [String] = [], environment: [String: String] = [:]) throws {
        self.data = data
        self.log = log
        self.options = options
        self.environment = environment
        reserved = try ReservedPort()
        try start()
    }

    /// Starts, and returns once the server answers.
    func start() throws {
        let arguments = ["serve", "--listen", "127.0.0.1:\(port)", "--data", data] + options
        process = try ChildProcess(CarryonProgram.path, arguments, environment: environment, log: log)
        try eventuallyBlocking(
            "the server answers; its log: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")"
        ) {
            (try? RawConnection(port: port).exchange("GET", "/health"))?.status == 200
        }
    }

    /// `kill -9`.
    func kill() {
        guard let process else { return }
        process.stop(SIGKILL)
        self.process = nil
    }

    /// The way a service manager ends it. Returns the status as `waitpid` gives it.
    @discardableResult
    func terminate() -> Int32 {
        signal(SIGTERM)
        return waitForEnd()
    }

    func signal(_ signal: Int32) { process?.signal(signal) }

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
}
