import Glibc
import Synchronization
import TransferCore

/// An HTTP/1.1 server on the loopback address that keeps the rules of range requests, except where its ``Fault``s say
/// otherwise, and that remembers every request.
///
/// One thread accepts, one thread serves each connection. ``stop()`` ends them all and waits for them.
public final class FaultyServer: Sendable {
    /// The port of the last ``start(port:)``.
    public var port: UInt16 { core.state.withLock { $0.port } }

    private let core: ServerCore

    /// A server that has not started.
    public init(_ files: [ServedFile], faults: [Fault] = []) {
        core = ServerCore(files: files, faults: faults)
    }

    /// A server that has not started.
    public convenience init(_ files: [ServedFile], scenario: Scenario) {
        self.init(files, faults: scenario.faults)
    }

    /// A server that has not started and leaves it to somebody else what requests mean.
    init(_ handler: any RequestHandler) {
        core = ServerCore(files: [], faults: [], handler: handler)
    }

    deinit { core.stop() }

    /// Runs `body` with a started server, and stops it.
    public static func serving<Result>(
        _ files: [ServedFile], faults: [Fault] = [], _ body: (FaultyServer) async throws -> Result
    ) async throws -> Result {
        let server = FaultyServer(files, faults: faults)
        try server.start()
        defer { server.stop() }
        return try await body(server)
    }

    /// Begins to listen, by default on a port that is free.
    public func start(port: UInt16 = 0) throws { try core.start(port: port) }

    /// Cuts all connections and waits until all threads have ended. The server can be started again; what it recorded
    /// stays.
    public func stop() { core.stop() }

    /// The address of a file.
    public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Every request so far, in the order of arrival.
    public var requests: [RecordedRequest] { core.state.withLock { $0.requests } }

    /// The requests for a path, whatever their query.
    public func requests(path: String) -> [RecordedRequest] { requests.filter { $0.path == path } }

    /// What was handed to sockets as the body of answers for a path.
    public func bodyBytesSent(path: String) -> Int64 {
        requests(path: path).reduce(0) { $0 + $1.bodyBytesSent }
    }

    /// What was handed to sockets as the body of any answer.
    public var bodyBytesSent: Int64 { requests.reduce(0) { $0 + $1.bodyBytesSent } }

    /// How many connections were accepted.
    public var connections: Int { core.state.withLock { $0.connections } }

    /// Puts other faults in place of the present ones, from the next request on.
    public func setFaults(_ faults: [Fault]) { core.state.withLock { $0.setFaults(faults) } }

    /// Puts other files in place of the present ones, from the next request on.
    public func setFiles(_ files: [ServedFile]) { core.state.withLock { $0.files = files } }

    /// Waits until `condition` holds, and throws ``ConditionNotMet`` if it never does.
    public func waitUntil(
        timeout: Duration = .seconds(60), file: StaticString = #fileID, line: UInt = #line,
        _ condition: (FaultyServer) -> Bool
    ) async throws {
        try await eventually("condition of the server; \(summary)", timeout: timeout, file: file, line: line) {
            condition(self)
        }
    }

    private var summary: String {
        "\(requests.count) requests: "
            + requests.suffix(5).map { "\($0.method) \($0.target) [\($0.range ?? "-")] \($0.status)" }
            .joined(separator: ", ")
    }
}

/// What the threads of a server share.
final class ServerCore: Sendable {
    struct State {
        var files: [ServedFile]
        private(set) var faults: [Fault]
        private var strikes: [Int]
        private var requestsOfPath: [String: Int] = [:]
        var port: UInt16 = 0
        var listener: Int32?
        var acceptor: JoinableThread?
        var isStopping = false
        var connections = 0
        /// Open sockets by connection; their threads close them, under the lock.
        var sockets: [Int: Int32] = [:]
        var threads: [Int: JoinableThread] = [:]
        var endedThreads: [Int] = []
        var requests: [RecordedRequest] = []

        init(files: [ServedFile], faults: [Fault]) {
            self.files = files
            self.faults = faults
            strikes = faults.map { _ in 0 }
        }

        mutating func setFaults(_ faults: [Fault]) {
            self.faults = faults
            strikes = faults.map { _ in 0 }
        }

        /// Records a request and picks what is to happen to it.
        mutating func receive(_ request: inout RecordedRequest) -> (file: ServedFile?, actions: [Fault.Action]) {
            request.number = requests.count + 1
            requests.append(request)
            let path = request.path
            requestsOfPath[path, default: 0] += 1
            let subject = Fault.Match.Subject(
                number: request.number, numberOfPath: requestsOfPath[path]!, method: request.method, path: path,
                range: RangeField(request.range))
            var actions: [Fault.Action] = []
            for (index, fault) in faults.enumerated()
            where fault.when.matches(subject) && strikes[index] < fault.limit ?? .max {
                strikes[index] += 1
                actions.append(fault.action)
            }
            return (files.first { $0.path == path }, actions)
        }
    }

    let state: Mutex<State>
    let handler: (any RequestHandler)?

    init(files: [ServedFile], faults: [Fault], handler: (any RequestHandler)? = nil) {
        state = Mutex(State(files: files, faults: faults))
        self.handler = handler
    }

    func start(port: UInt16) throws {
        let (listener, port) = try Loopback.listen(port: port)
        let acceptor = try JoinableThread { [self] in accept(on: listener) }
        state.withLock {
            $0.port = port
            $0.listener = listener
            $0.acceptor = acceptor
        }
    }

    func stop() {
        let acceptor = state.withLock { state in
            // Wakes the thread that accepts; it closes the socket.
            if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
            state.isStopping = true
            for socket in state.sockets.values { shutdown(socket, Int32(SHUT_RDWR)) }
            defer { state.acceptor = nil }
            return state.acceptor
        }
        acceptor?.join()
        let threads = state.withLock { state in
            for socket in state.sockets.values { shutdown(socket, Int32(SHUT_RDWR)) }
            defer { state.threads = [:] }
            return state.threads.values
        }
        for thread in threads { thread.join() }
        state.withLock {
            $0.endedThreads = []
            $0.isStopping = false
        }
    }

    private func accept(on listener: Int32) {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            if socket < 0 {
                if [EINTR, ECONNABORTED].contains(errno) { continue }
                break
            }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            serve(socket)
            joinEndedThreads()
        }
        state.withLock {
            close(listener)
            $0.listener = nil
        }
    }

    private func serve(_ socket: Int32) {
        state.withLock { state in
            state.connections += 1
            let number = state.connections
            state.sockets[number] = socket
            // The thread cannot end before it is registered: it takes this lock to do so.
            state.threads[number] = try? JoinableThread { [self] in
                ServerConnection(core: self, number: number, socket: socket).run()
                self.state.withLock {
                    $0.sockets[number] = nil
                    close(socket)
                    $0.endedThreads.append(number)
                }
            }
            if state.threads[number] == nil {
                state.sockets[number] = nil
                close(socket)
            }
        }
    }

    private func joinEndedThreads() {
        let threads = state.withLock { state in
            defer { state.endedThreads = [] }
            return state.endedThreads.compactMap { state.threads.removeValue(forKey: $0) }
        }
        for thread in threads { thread.join() }
    }
}
