import Synchronization
import TransferCore

/// Answers requests of a ``FakeTransport`` as a ``FaultyServer`` would, with the same files and faults, in no time.
///
/// Faults that are about bytes behind an answer's end, or about a garbled head, end the request as libcurl would.
public final class FakeServer: Sendable {
    private let state: Mutex<ServerCore.State>
    private let up = Mutex(true)

    public init(_ files: [ServedFile], faults: [Fault] = []) {
        state = Mutex(ServerCore.State(files: files, faults: faults))
    }

    /// While it is false, every connection is refused.
    public var isUp: Bool {
        get { up.withLock { $0 } }
        set { up.withLock { $0 = newValue } }
    }

    /// The address of a file; any other host and port would do as well.
    public func url(_ path: String) -> String { "http://files.test\(path)" }

    /// Every request so far, in the order of arrival.
    public var requests: [RecordedRequest] { state.withLock { $0.requests } }

    /// Puts other faults in place of the present ones, from the next request on.
    public func setFaults(_ faults: [Fault]) { state.withLock { $0.setFaults(faults) } }

    /// Puts other files in place of the present ones, from the next request on.
    public func setFiles(_ files: [ServedFile]) { state.withLock { $0.files = files } }

    /// What to hand to ``FakeTransport/init(clock:patience:answer:)``.
    public func answer(_ request: HTTPRequest) -> FakeAnswer {
        guard isUp else { return .failure(.cannotConnect) }
        var recorded = RecordedRequest(
            number: 0, connection: 1, method: request.method, target: Self.target(of: request.url),
            fields: request.headers)
        let (file, actions) = state.withLock { $0.receive(&recorded) }
        let answer = Answering(recorded, actions).answer(file)
        var fake = Self.fake(answer)
        fake.intake = answer.intake
        fake.onRequestBody = { [self, number = recorded.number] body, _ in
            state.withLock {
                $0.requests[number - 1].body = body
                $0.requests[number - 1].status = answer.status
            }
        }
        return fake
    }

    private static func fake(_ answer: Answer) -> FakeAnswer {
        guard answer.rawHead == nil else { return .failure(.badResponse) }
        var fields = answer.fields
        if answer.framing == .length, answer.value("Content-Length") == nil, answer.status != 304 {
            fields.append(HeaderField("Content-Length", String(answer.bodyCount)))
        }
        var fake = FakeAnswer(ResponseHead(status: answer.status, fields: fields))
        fake.body = body(of: answer)
        fake.bytesPerSecond = answer.bodyRate
        guard let cut = answer.cut else { return fake }
        if case .stall = cut.kind {
            fake.stallsAfter = cut.after
        } else if cut.after < 0 {
            return .failure(.connectionLost)
        } else if cut.after < fake.body.count {
            let isReset = if case .reset = cut.kind { true } else { false }
            fake.body = .bytes(fake.body.bytes(0..<cut.after))
            if isReset || answer.framing != .untilClose {
                let code = isReset ? TransferError.Code.connectionLost : .shortBody
                fake.outcome = .failed(TransferError(code, "the connection was cut"))
            }
        }
        return fake
    }

    private static func body(of answer: Answer) -> FakeAnswer.Body {
        guard answer.hasBody else { return .bytes([]) }
        if case .pattern(let pattern) = answer.content, answer.body.count == 1, answer.damagedByte == nil,
            case .file(let range) = answer.body[0]
        {
            return .pattern(pattern, range)
        }
        var bytes = answer.bodyBytes()
        if let damaged = answer.damagedByte { bytes[Int(damaged)] ^= 0x10 }
        return .bytes(bytes)
    }

    private static func target(of url: String) -> String {
        guard let separator = url.firstRange(of: "://") else { return url }
        return url[separator.upperBound...].firstIndex(of: "/").map { String(url[$0...]) } ?? "/"
    }
}
