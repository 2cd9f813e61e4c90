import Testing
import TransferCore
import WireProtocols

@Suite("Recoveries from errors of stores")
struct S3RecoveryTests {
    private static func recovery(
        _ status: Int, _ code: String? = nil, _ message: String? = nil, _ operation: S3Operation = .getObject,
        fields: [(String, String)] = [], region: String? = nil
    ) -> S3Recovery {
        S3RefusalTests.refusal(status, code, message, operation, fields: fields, problemRegion: region).recovery
    }

    @Test("most errors have none")
    func none() {
        for (status, code) in [
            (403, "AccessDenied"), (503, "SlowDown"), (404, "NoSuchUpload"), (403, "InvalidAccessKeyId"),
        ] {
            for operation in S3Operation.allCases { #expect(Self.recovery(status, code, "words", operation) == .none) }
        }
        #expect(Self.recovery(403) == .none && Self.recovery(500) == .none)
    }

    @Test(
        "expired credentials are read again",
        arguments: ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken"])
    func expired(code: String) {
        for operation in S3Operation.allCases {
            #expect(Self.recovery(400, code, "words", operation) == .reloadCredentials)
        }
    }

    @Test("a wrong clock is put right by the store's")
    func skew() {
        let date = ("Date", "Mon, 23 Nov 2026 09:30:00 GMT")
        let time = WallTime(milliseconds: 1_795_426_200_000)
        #expect(Self.recovery(403, "RequestTimeTooSkewed", fields: [date]) == .correctClock(from: time))
        #expect(Self.recovery(403, "RequestTimeTooSkewed") == .none)
        #expect(Self.recovery(403, "RequestTimeTooSkewed", fields: [("Date", "now")]) == .none)
        #expect(Self.recovery(403, "AccessDenied", fields: [date]) == .none)
    }

    @Test(
        "the region is learnt",
        arguments: [
            (301, "PermanentRedirect"), (307, "TemporaryRedirect"), (400, "AuthorizationHeaderMalformed"),
            (400, "AuthorizationQueryParametersError"), (400, "IllegalLocationConstraintException"),
        ])
    func region(status: Int, code: String) {
        let learnt = S3Recovery.useRegion("eu-west-1")
        let field = [("x-amz-bucket-region", " eu-west-1 ")]
        #expect(Self.recovery(status, code, fields: field) == learnt)
        #expect(Self.recovery(status, code, region: "eu-west-1") == learnt)
        #expect(Self.recovery(status, code, fields: field, region: "ap-south-1") == learnt)
        #expect(Self.recovery(status, code) == .none)
        // That was not the reason then.
        #expect(Self.recovery(status, code, region: "us-east-1") == .none)
        #expect(Self.recovery(status, code, fields: [("x-amz-bucket-region", "evil.example/")]) == .none)
    }

    @Test("after a HEAD the field alone tells the region")
    func regionOfHead() {
        let field = [("x-amz-bucket-region", "eu-west-1")]
        for status in [301, 307, 400] {
            #expect(Self.recovery(status, nil, nil, .headObject, fields: field) == .useRegion("eu-west-1"))
        }
        for status in [403, 404, 500] { #expect(Self.recovery(status, nil, nil, .headObject, fields: field) == .none) }
        #expect(Self.recovery(403, "AccessDenied", fields: field) == .none)
    }

    @Test(
        "stores that do not know checksums are spared them",
        arguments: [
            (501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
            (501, "NotImplemented", "Header 'x-amz-checksum-algorithm' with value 'SHA256' not implemented"),
            (501, "NotImplemented", nil), (400, "InvalidArgument", "Unsupported header 'x-amz-sdk-checksum-algorithm'"),
            (400, "InvalidRequest", "Checksum Type mismatch"),
        ] as [(Int, String, String?)])
    func checksums(status: Int, code: String, message: String?) {
        for operation in [S3Operation.createMultipartUpload, .uploadPart, .putObject] {
            #expect(Self.recovery(status, code, message, operation) == .withoutChecksums)
        }
        // The parts are there with checksums already, or none was sent.
        for operation in [S3Operation.completeMultipartUpload, .listParts, .getObject] {
            #expect(Self.recovery(status, code, message, operation) == .none)
        }
    }

    @Test(
        "other reasons are not taken for that",
        arguments: [
            (400, "InvalidArgument", "Part number must be an integer"), (400, "InvalidRequest", nil),
            (501, "NotImplemented", "If-None-Match is not implemented"),
            (400, "BadDigest", "the checksum did not match"),
            (403, "AccessDenied", "checksum"), (400, "InvalidPart", "checksum"),
        ] as [(Int, String, String?)])
    func otherReasons(status: Int, code: String, message: String?) {
        #expect(Self.recovery(status, code, message, .putObject) == .none)
    }
}
