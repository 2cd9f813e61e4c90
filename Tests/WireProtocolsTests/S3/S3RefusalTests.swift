import Testing
import TransferCore
import WireProtocols

@Suite("Errors of stores")
struct S3RefusalTests {
    typealias Code = TransferError.Code

    static let now = WallTime(milliseconds: 1_795_428_000_000)

    static func refusal(
        _ status: Int, _ code: String? = nil, _ message: String? = nil, _ operation: S3Operation = .getObject,
        fields: [(String, String)] = [], problemRegion: String? = nil
    ) -> S3Refusal {
        let head = ResponseHead(status: status, fields: fields.map { HeaderField($0.0, $0.1) })
        let problem = code.map { S3Problem(code: $0, message: message, region: problemRegion) }
        return S3Refusal(operation, head: head, problem: problem, region: "us-east-1", now: now)
    }

    @Test(
        "codes that mean the same for every operation",
        arguments: [
            (503, "SlowDown", Code.serverBusy), (503, "SlowDownRead", .serverBusy),
            (503, "ServiceUnavailable", .serverBusy),
            (400, "Throttling", .serverBusy), (400, "ThrottlingException", .serverBusy),
            (400, "ThrottledException", .serverBusy), (400, "RequestLimitExceeded", .serverBusy),
            (429, "TooManyRequests", .serverBusy), (409, "OperationAborted", .serverBusy),
            (400, "RequestTimeout", .timedOut), (400, "IncompleteBody", .connectionLost),
            (400, "BadDigest", .digestMismatchOfChunk), (400, "XAmzContentSHA256Mismatch", .digestMismatchOfChunk),
            (400, "XAmzContentChecksumMismatch", .digestMismatchOfChunk),
            (400, "InvalidDigest", .digestMismatchOfChunk),
            (500, "InternalError", .serverError), (200, "InternalError", .serverError),
            (404, "NoSuchUpload", .uploadLost),
            (400, "InvalidPart", .incomplete), (400, "InvalidPartOrder", .incomplete),
            (409, "ConditionalRequestConflict", .remoteConflict), (400, "EntityTooLarge", .tooLarge),
            (400, "EntityTooSmall", .refused), (404, "NoSuchBucket", .notFound), (404, "NoSuchKey", .notFound),
            (404, "NoSuchVersion", .notFound), (403, "AccessDenied", .forbidden),
            (403, "AllAccessDisabled", .forbidden),
            (403, "InvalidObjectState", .forbidden), (403, "InvalidAccessKeyId", .unauthorized),
            (403, "SignatureDoesNotMatch", .unauthorized), (403, "InvalidSecurity", .unauthorized),
            (400, "AuthorizationHeaderMalformed", .unauthorized), (400, "ExpiredToken", .unauthorized),
            (400, "ExpiredTokenException", .unauthorized), (400, "TokenRefreshRequired", .unauthorized),
            (400, "InvalidToken", .unauthorized), (403, "RequestTimeTooSkewed", .unauthorized),
            (301, "PermanentRedirect", .redirectRefused), (307, "TemporaryRedirect", .serverBusy),
            (400, "IllegalLocationConstraintException", .redirectRefused), (400, "KeyTooLongError", .malformed),
            (400, "InvalidBucketName", .malformed), (400, "InvalidURI", .malformed),
            (403, "QuotaExceeded", .remoteFull),
            (507, "XMinioStorageFull", .remoteFull), (416, "InvalidRange", .rangeNotSatisfiable),
            (501, "NotImplemented", .unsupported),
        ])
    func codes(status: Int, code: String, expected: Code) {
        for operation in S3Operation.allCases {
            let error = Self.refusal(status, code, "its own words", operation).error
            #expect(error.code == expected, "\(operation)")
            #expect(error.detail.description.hasSuffix(" (\(code): its own words)"))
            #expect(Self.refusal(status, code, nil, operation).error.detail.description.hasSuffix(" (\(code))"))
        }
    }

    @Test("a condition that does not hold", arguments: S3Operation.allCases)
    func conditions(operation: S3Operation) {
        let expected = operation.isOfUpload ? Code.remoteNameTaken : .remoteChanged
        #expect(Self.refusal(412, "PreconditionFailed", nil, operation).error.code == expected)
        #expect(Self.refusal(412, nil, nil, operation).error.code == expected)
    }

    @Test(
        "by its status, where the code is not known or there is none",
        arguments: [
            (400, Code.refused), (401, .unauthorized), (403, .forbidden), (405, .refused), (407, .proxyAuthentication),
            (408, .timedOut), (410, .gone), (411, .refused), (416, .rangeNotSatisfiable), (429, .serverBusy),
            (500, .serverError), (502, .serverError), (503, .serverBusy), (504, .serverError), (507, .remoteFull),
            (100, .badResponse), (999, .badResponse), (302, .redirectRefused), (200, .serverError),
        ])
    func statuses(status: Int, expected: Code) {
        for operation in S3Operation.allCases {
            #expect(Self.refusal(status, nil, nil, operation).error.code == expected)
            #expect(Self.refusal(status, "Strange", "words", operation).error.code == expected)
        }
    }

    @Test("404 without the store's own word for it")
    func missing() {
        #expect(Self.refusal(404, nil, nil, .headObject).error.code == .notFound)
        #expect(Self.refusal(404, nil, nil, .getObject).error.code == .notFound)
        #expect(Self.refusal(404, nil, nil, .createMultipartUpload).error.code == .notFound)
        #expect(Self.refusal(404, "Strange", nil, .uploadPart).error.code == .notFound)
        // A proxy in a bad minute must not cost what was sent.
        for operation in [S3Operation.uploadPart, .listParts, .completeMultipartUpload, .abortMultipartUpload] {
            #expect(Self.refusal(404, nil, nil, operation).error.code == .badResponse)
        }
    }

    @Test("sentences")
    func sentences() {
        let detail = { (refusal: S3Refusal) in refusal.error.detail.description }
        #expect(
            detail(Self.refusal(404, "NoSuchKey", "The specified key does not exist"))
                == "there is no such object in the bucket (NoSuchKey: The specified key does not exist)")
        #expect(
            detail(Self.refusal(403, "InvalidObjectState"))
                == "the object is archived and has to be restored before it can be read (InvalidObjectState)")
        #expect(detail(Self.refusal(400, "Odd", "why")) == "the store answers 400 Bad Request (Odd: why)")
        #expect(detail(Self.refusal(418)) == "the store answers 418")
        #expect(detail(Self.refusal(407)) == "the proxy answers 407 Proxy Authentication Required")
        #expect(
            detail(Self.refusal(301, fields: [("x-amz-bucket-region", "eu-west-1")]))
                == "the bucket is in the region eu-west-1")
        #expect(
            detail(Self.refusal(302))
                == "the store answers 302 Found: the bucket is at another endpoint, to be named with --endpoint-url")
        #expect(
            detail(Self.refusal(404, nil, nil, .headObject))
                == "there is no such object in the bucket, or no such bucket")
        #expect(
            detail(Self.refusal(200, "Odd", nil, .completeMultipartUpload))
                == "the store has failed after it began to answer (Odd)")
        #expect(detail(Self.refusal(403, "AccessDenied", "a\u{1b}[31m")).contains("\\x1b"))
    }

    @Test("how long to wait is told of what may be asked again")
    func retryAfter() {
        let fields = [("Retry-After", "7")]
        #expect(Self.refusal(503, "SlowDown", fields: fields).retryAfter == .seconds(7))
        #expect(Self.refusal(503, fields: [("Retry-After", "Mon, 23 Nov 2026 10:00:05 GMT")]).retryAfter == .seconds(5))
        #expect(Self.refusal(503).retryAfter == nil)
        #expect(Self.refusal(403, "AccessDenied", fields: fields).retryAfter == nil)
    }
}
