import Testing
import TransferCore
import WireProtocols

@Suite("What a chunk server tells of chunks and finished files")
struct UploadReceiptTests {
    private static let digest = Uploading.digest

    private func chunk(_ body: String, _ fields: [(String, String)] = [], code: Int = 200) -> UploadReport.Outcome {
        Uploading.judge(Uploading.chunk, code, fields, body)
    }

    private func complete(_ body: String, _ sha256: String? = nil, code: Int = 200, _ fields: [(String, String)] = [])
        -> UploadReport.Outcome
    {
        Uploading.judge(.complete(sha256: sha256, receipts: [:]), code, fields, body)
    }

    @Test("a stored chunk", arguments: [200, 201])
    func stored(code: Int) {
        func stored(_ tag: String? = nil) -> UploadReport.Outcome {
            .stored(receipt: Receipt(sha256: Self.digest, entityTag: tag))
        }
        let text = "\"\(Self.digest)\""
        let tag = [("ETag", text)]
        let weak = "W/\"\(Self.digest.uppercased())\""
        #expect(
            chunk(#"{"index":3,"checksum":"\#(Self.digest)","nextExpectedChunk":4}"#, tag, code: code) == stored(text))
        #expect(chunk(#"{"index":3,"checksum":"\#(Self.digest.uppercased())"}"#, code: code) == stored())
        #expect(chunk(#"{"index":3}"#, tag, code: code) == stored(text))
        #expect(chunk(#"{"index":3}"#, [("ETag", weak)], code: code) == stored(weak))
        // A tag that is no digest says nothing, and nothing is no receipt.
        #expect(chunk(#"{"index":3}"#, [("ETag", "\"v1\"")], code: code).code == .badResponse)
    }

    @Test(
        "success that is not that of this chunk",
        arguments: [
            #"{"index":4,"checksum":"DIGEST"}"#, #"{"checksum":"DIGEST"}"#, #"{"index":"3"}"#, #"{"index":-3}"#,
            #"{"index":3,"checksum":"OTHER"}"#, #"{"index":3,"checksum":""}"#, #"{"index":3,"checksum":3}"#,
            #"{"index":3.5}"#, #"{"index":1e99}"#, "", "OK", "<html></html>",
        ])
    func notStored(body: String) {
        let body = body.replacing("DIGEST", with: Self.digest).replacing("OTHER", with: Uploading.otherDigest)
        #expect(chunk(body).code == .badResponse)
    }

    @Test("an ETag that contradicts")
    func otherTag() {
        let tag = [("ETag", "\"\(Uploading.otherDigest)\"")]
        #expect(chunk(#"{"index":3,"checksum":"\#(Self.digest)"}"#, tag).code == .badResponse)
    }

    @Test("without our own digest nothing proves anything")
    func noDigest() {
        let outcome = Uploading.judge(Uploading.chunk, 200, [], #"{"index":3}"#, digest: nil)
        #expect(outcome.code == .badResponse)
    }

    @Test("a success that the contract does not know", arguments: [202, 203, 204, 206, 299, 199, 0, 600])
    func otherSuccess(code: Int) {
        #expect(chunk(#"{"index":3,"checksum":"\#(Self.digest)"}"#, code: code).code == .badResponse)
        #expect(Uploading.judge(.status(receipts: [:]), code, [], Uploading.status()).code == .badResponse)
    }

    @Test("a finished file")
    func completed() {
        #expect(complete(#"{"status":"complete"}"#) == .completed(sha256: nil))
        #expect(complete(#"{"status":"complete","sha256":null,"size":1000}"#) == .completed(sha256: nil))
        let upper = #"{"status":"complete","sha256":"\#(Self.digest.uppercased())","location":"/files/x"}"#
        #expect(complete(upper) == .completed(sha256: Self.digest))
        #expect(complete(upper, Self.digest) == .completed(sha256: Self.digest))
        #expect(complete(upper, Self.digest.uppercased()) == .completed(sha256: Self.digest))
        // What was to be compared has to be named.
        #expect(complete(#"{"status":"complete"}"#, Self.digest).code == .badResponse)
    }

    @Test("a finished file that is another one")
    func otherFile() {
        let body = #"{"status":"complete","sha256":"\#(Uploading.otherDigest)"}"#
        #expect(complete(body, Self.digest).code == .uploadMismatch)
        #expect(complete(#"{"status":"complete","size":999}"#).code == .uploadMismatch)
    }

    @Test(
        "an end that is none",
        arguments: [
            #"{"status":"in_progress"}"#, #"{"status":"expired"}"#, #"{"status":1}"#, "{}", "",
            #"{"status":"complete","sha256":"abc"}"#, #"{"status":"complete","sha256":""}"#,
            #"{"status":"complete","size":-1e300}"#,
        ])
    func notCompleted(body: String) {
        #expect(complete(body).code == .badResponse)
    }

    @Test("a server that is still at it")
    func assembling() {
        let wait = [("Retry-After", "7")]
        #expect(complete("", code: 202) == .assembling(retryAfter: nil))
        #expect(complete("<html>", code: 202, wait) == .assembling(retryAfter: .seconds(7)))
        #expect(complete(#"{"status":"assembling"}"#, wait) == .assembling(retryAfter: .seconds(7)))
    }

    private func complete(_ body: String, _ fields: [(String, String)]) -> UploadReport.Outcome {
        complete(body, nil, code: 200, fields)
    }

    @Test("a removed upload", arguments: [200, 204, 404, 410])
    func aborted(code: Int) {
        #expect(Uploading.judge(.abort, code, [], "anything") == .aborted)
    }
}
