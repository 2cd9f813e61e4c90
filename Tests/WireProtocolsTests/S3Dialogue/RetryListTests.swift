import Testing
@testable import TransferCore
@testable import WireProtocols

/// A refusal, and what it means in every order.
struct RetryRow: Sendable, CustomTestStringConvertible {
    var status: Int
    var code: String?
    var failure: TransferError.Code

    init(_ status: Int, _ code: String?, _ failure: TransferError.Code) {
        self.status = status
        self.code = code
        self.failure = failure
    }

    var answer: ScriptedAnswer {
        let fields = ["Retry-After": "11"]
        return code.map { .problem(status, $0, "because", fields) } ?? ScriptedAnswer(status, fields)
    }
    var testDescription: String { "\(status) \(code ?? "")" }
}

/// What the AWS SDKs send again (`botocore/retries/standard.py`, `botocore/data/_retry.json`), and what they do not.
@Suite("Failures of an object store, in every order")
struct RetryListTests {
    private static let repeated: [RetryRow] = [
        RetryRow(500, nil, .serverError), RetryRow(502, nil, .serverError), RetryRow(503, nil, .serverBusy),
        RetryRow(504, nil, .serverError), RetryRow(429, nil, .serverBusy), RetryRow(408, nil, .timedOut),
        RetryRow(500, "InternalError", .serverError), RetryRow(503, "SlowDown", .serverBusy),
        RetryRow(503, "ServiceUnavailable", .serverBusy), RetryRow(400, "RequestTimeout", .timedOut),
        RetryRow(400, "RequestTimeoutException", .timedOut), RetryRow(400, "Throttling", .serverBusy),
        RetryRow(400, "ThrottlingException", .serverBusy), RetryRow(400, "ThrottledException", .serverBusy),
        RetryRow(400, "RequestThrottledException", .serverBusy), RetryRow(400, "RequestThrottled", .serverBusy),
        RetryRow(400, "TooManyRequestsException", .serverBusy), RetryRow(400, "RequestLimitExceeded", .serverBusy),
        RetryRow(400, "BandwidthLimitExceeded", .serverBusy), RetryRow(400, "LimitExceededException", .serverBusy),
        RetryRow(400, "PriorRequestNotComplete", .serverBusy), RetryRow(400, "BadDigest", .digestMismatchOfChunk),
        RetryRow(400, "XAmzContentSHA256Mismatch", .digestMismatchOfChunk),
    ]

    private static let lasting: [RetryRow] = [
        RetryRow(403, "AccessDenied", .forbidden), RetryRow(403, "InvalidAccessKeyId", .unauthorized),
        RetryRow(403, "SignatureDoesNotMatch", .unauthorized), RetryRow(404, "NoSuchBucket", .notFound),
        RetryRow(400, "EntityTooLarge", .tooLarge), RetryRow(400, "KeyTooLongError", .malformed),
        RetryRow(400, "InvalidRequest", .refused), RetryRow(409, "ConditionalRequestConflict", .remoteConflict),
        RetryRow(507, nil, .remoteFull),
    ]

    /// Every order, up to the request that fails.
    private static let orders: [(UploadOrder.Task, String, [ScriptedAnswer])] = [
        (Storing.registration(), "", [ScriptedAnswer(404)]), (Storing.chunk(), Storing.multipart, []),
        (Storing.chunk(), Storing.object, []), (.status(receipts: [:]), Storing.multipart, []),
        (.complete(sha256: nil, receipts: Storing.receipts), Storing.multipart, []),
        (.complete(sha256: nil, receipts: Storing.receipts), Storing.multipart, [Storing.parts(Storing.allParts)]),
    ]

    @Test("those that are sent again, after the wait that the store asks for", arguments: repeated)
    func retried(row: RetryRow) {
        for (task, address, before) in Self.orders {
            var conversation = Storing.converse(task, address: address)
            let outcome = conversation.run(before + [row.answer])
            #expect(outcome.failure == row.failure)
            #expect(row.failure.disposition == .retry)
            #expect(outcome.wait == .seconds(11))
        }
    }

    @Test("those that are not", arguments: lasting)
    func notRetried(row: RetryRow) {
        for (task, address, before) in Self.orders {
            var conversation = Storing.converse(task, address: address)
            let outcome = conversation.run(before + [row.answer])
            #expect(outcome.failure == row.failure)
            #expect(outcome.wait == nil)
        }
    }

    @Test("a HEAD that fails", arguments: [500, 502, 503, 504, 429])
    func head(status: Int) {
        for (task, address) in [(Storing.registration(), ""), (.status(receipts: [:]), Storing.object)] {
            var conversation = Storing.converse(task, address: address)
            let outcome = conversation.run([ScriptedAnswer(status, ["Retry-After": "11"])])
            #expect(outcome.failure?.disposition == .retry)
            #expect(outcome.wait == .seconds(11))
        }
    }
}
