import Synchronization
import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

/// Which transport a conformance test runs against.
enum TransportKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case fake, curl

    var testDescription: String { rawValue }
}

/// A transport and a server that it can reach.
final class TransportSubject {
    let transport: any Transport
    let clock: any Clock
    /// An address where nobody listens.
    let refusingAddress: String
    private let reserved: ReservedPort?
    private let address: (String) -> String
    private let recorded: () -> [RecordedRequest]
    private var nextID: UInt64 = 1

    /// Runs `body` with a transport, on the thread that owns it.
    static func run<Value: Sendable>(
        _ kind: TransportKind, _ files: [ServedFile] = [], faults: [Fault] = [],
        _ body: @escaping @Sendable (TransportSubject) throws -> Value
    ) async throws -> Value {
        try await onOwnThread {
            switch kind {
            case .fake: return try body(fake(FakeServer(files, faults: faults)))
            case .curl:
                let server = FaultyServer(files, faults: faults)
                try server.start()
                defer { server.stop() }
                return try body(try curl(server))
            }
        }
    }

    private static func fake(_ server: FakeServer) -> TransportSubject {
        let clock = ManualClock()
        let refusing = "http://refusing.test/"
        let transport = FakeTransport(clock: clock) {
            $0.url == refusing ? .failure(.cannotConnect) : server.answer($0)
        }
        return TransportSubject(transport, clock, refusing, nil, server.url) { server.requests }
    }

    static func curl(_ server: FaultyServer) throws -> TransportSubject {
        let reserved = try ReservedPort()
        let transport = try CurlTransport(clock: RealClock())
        return TransportSubject(
            transport, RealClock(), "http://127.0.0.1:\(reserved.port)/", reserved, server.url
        ) { server.requests }
    }

    private init(
        _ transport: any Transport, _ clock: any Clock, _ refusingAddress: String,
        _ reserved: ReservedPort?, _ address: @escaping (String) -> String,
        _ recorded: @escaping () -> [RecordedRequest]
    ) {
        self.transport = transport
        self.clock = clock
        self.refusingAddress = refusingAddress
        self.reserved = reserved
        self.address = address
        self.recorded = recorded
    }

    func url(_ path: String) -> String { address(path) }

    /// What the server has seen.
    var requests: [RecordedRequest] { recorded() }

    /// Starts a GET. A path is one of the server's.
    @discardableResult
    func start(
        _ target: String, headers: [HeaderField] = [], options: ConnectionOptions = .init(), _ receiver: Recorder
    ) -> RequestID {
        send("GET", target, headers: headers, options: options, nil, receiver)
    }

    /// Starts a request of any kind. A path is one of the server's.
    @discardableResult
    func send(
        _ method: String, _ target: String, headers: [HeaderField] = [], options: ConnectionOptions = .init(),
        _ body: PatternBody?, _ receiver: Recorder
    ) -> RequestID {
        let id = RequestID(nextID)
        nextID += 1
        let url = target.hasPrefix("/") ? url(target) : target
        let request = HTTPRequest(method: method, url: url, headers: headers)
        transport.start(id, request, body: body, options: options, receiver: receiver)
        return id
    }

    func ends(_ count: Int = 1, within limit: Duration = .seconds(60)) -> [TransportEnd] {
        transport.ends(count, clock: clock, within: limit)
    }

    func run(within limit: Duration = .seconds(60), until condition: () -> Bool) -> [TransportEnd] {
        transport.run(clock: clock, within: limit, until: condition)
    }
}
