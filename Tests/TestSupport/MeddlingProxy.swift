import Glibc
import Synchronization
import TransferCore

/// Stands between a client and a server on the loopback address and does to their connections what bad networks do.
/// It remembers what went through.
public final class MeddlingProxy: Sendable {
    /// What becomes of one connection. Offsets count the bytes that its client has sent.
    public enum Mischief: Sendable, Hashable {
        case none
        /// The connection breaks there.
        case cut(at: Int)
        /// From there on the server gets everything and answers, and the client gets nothing but the end.
        case dropAnswers(from: Int)
        /// One bit is not what it was.
        case flip(at: Int)
    }

    public let port: UInt16
    private let upstream: UInt16
    private let choose: @Sendable (Int) -> Mischief
    private let state: Mutex<State>

    private struct State {
        var listener: Int32
        var answerDelay: Duration
        var threads: [JoinableThread] = []
        var sockets: Set<Int32> = []
        var connections = 0
        var isStopping = false
        var bytesFromClients: Int64 = 0
        var mischief: [Mischief] = []
        /// What the server sent on connections that have ended, and on those that have not.
        var answers: [Int: [UInt8]] = [:]
    }

    /// Listens on a port that is free.
    ///
    /// - Parameters:
    ///   - upstream: The server's port. It need not listen all the time.
    ///   - answerDelay: How much later than the server sends them answers get to the client.
    ///   - choose: What happens to the connection of that number, from 0.
    public init(
        to upstream: UInt16, answerDelay: Duration = .zero,
        choose: @escaping @Sendable (Int) -> Mischief = { _ in .none }
    ) throws {
        self.upstream = upstream
        self.choose = choose
        let (listener, port) = try Loopback.listen(port: 0)
        self.port = port
        state = Mutex(State(listener: listener, answerDelay: answerDelay))
        let thread = try JoinableThread { [self] in accept(on: listener) }
        state.withLock { $0.threads.append(thread) }
    }

    /// Ends all connections and waits for their threads.
    public func stop() {
        let threads = state.withLock { state in
            if !state.isStopping { shutdown(state.listener, Int32(SHUT_RDWR)) }
            state.isStopping = true
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { thread.join() }
    }

    /// Changes how late answers are, also for one that is being held back.
    public func setAnswerDelay(_ delay: Duration) { state.withLock { $0.answerDelay = delay } }

    /// What all clients sent, heads and bodies, whatever became of it.
    public var bytesFromClients: Int64 { state.withLock { $0.bytesFromClients } }

    /// What happened to connections, in the order in which it happened.
    public var mischief: [Mischief] { state.withLock { $0.mischief } }

    /// Everything that the server sent so far, also what clients never got, one text for each connection.
    public var answers: [String] {
        state.withLock { $0.answers.values.map { String(decoding: $0, as: UTF8.self) } }
    }

    // MARK: Threads

    private func accept(on listener: Int32) {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard client >= 0, !state.withLock({ $0.isStopping }) else { break }
            let number = state.withLock { state in
                state.sockets.insert(client)
                defer { state.connections += 1 }
                return state.connections
            }
            guard let thread = try? JoinableThread({ [self] in serve(client, number) }) else { break }
            state.withLock { $0.threads.append(thread) }
        }
        close(listener)
    }

    private func serve(_ client: Int32, _ number: Int) {
        defer { end(client) }
        guard let server = try? Loopback.connect(port: upstream) else { return }
        let mayGoOn = state.withLock { state in
            state.sockets.insert(server)
            return !state.isStopping
        }
        defer { end(server) }
        guard mayGoOn else { return }
        var passage = Passage(client: client, server: server, number: number, mischief: choose(number), proxy: self)
        passage.run()
    }

    /// Lets the delay of an answer pass.
    private func holdBack() {
        let start = ContinuousClock.now
        while state.withLock({ !$0.isStopping && ContinuousClock.now - start < $0.answerDelay }) { usleep(2000) }
    }

    private func end(_ socket: Int32) {
        state.withLock { state in
            state.sockets.remove(socket)
            close(socket)
        }
    }

    // MARK: One connection

    /// Carries bytes both ways until one side ends.
    private struct Passage {
        let client: Int32
        let server: Int32
        let number: Int
        let mischief: Mischief
        let proxy: MeddlingProxy
        var sent = 0
        var isSilenced = false

        init(client: Int32, server: Int32, number: Int, mischief: Mischief, proxy: MeddlingProxy) {
            self.client = client
            self.server = server
            self.number = number
            self.mischief = mischief
            self.proxy = proxy
        }

        mutating func run() {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            var waiting = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            while poll(&waiting, 2, -1) >= 0 || errno == EINTR {
                if waiting[0].revents != 0 {
                    let count = recv(client, &buffer, buffer.count, 0)
                    guard count > 0, forward(&buffer, count) else { return }
                }
                if waiting[1].revents != 0 {
                    let count = recv(server, &buffer, buffer.count, 0)
                    guard count > 0, answer(buffer[..<count]) else { return }
                }
            }
        }

        private mutating func forward(_ buffer: inout [UInt8], _ count: Int) -> Bool {
            defer { sent += count }
            proxy.state.withLock { $0.bytesFromClients += Int64(count) }
            func isReached(_ offset: Int) -> Bool { sent + count > offset && sent <= offset }
            switch mischief {
            case .cut(let offset) where isReached(offset):
                note()
                _ = Self.send(buffer[..<(offset - sent)], to: server)
                return false
            case .flip(let offset) where isReached(offset):
                note()
                buffer[offset - sent] ^= 0x10
            case .dropAnswers(let offset) where isReached(offset): isSilenced = true
            default: break
            }
            return Self.send(buffer[..<count], to: server)
        }

        private mutating func answer(_ bytes: ArraySlice<UInt8>) -> Bool {
            proxy.state.withLock { $0.answers[number, default: []] += bytes }
            if isSilenced {
                note()
                return false
            }
            proxy.holdBack()
            return Self.send(bytes, to: client)
        }

        private func note() {
            proxy.state.withLock { $0.mischief.append(mischief) }
        }

        private static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
            var rest = bytes
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }
}
