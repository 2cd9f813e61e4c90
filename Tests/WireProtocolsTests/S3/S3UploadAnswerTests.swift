import Testing
import TransferCore
import WireProtocols

@Suite("Answers to uploads")
struct S3UploadAnswerTests {
    private static let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

    @Test("the beginning of an upload")
    func begun() throws {
        let body = S3Documents.document(
            "InitiateMultipartUploadResult", "<Bucket>b</Bucket><Key>k</Key><UploadId>VXBs+/ZA==</UploadId>")
        #expect(try S3Answers.uploadID(body) == "VXBs+/ZA==")
        for content in [
            "", "<UploadId></UploadId>", "<UploadId>a&#10;b</UploadId>", "<UploadId>a</UploadId><UploadId>b</UploadId>",
        ] {
            let bad = S3Documents.document("InitiateMultipartUploadResult", content)
            #expect(S3Documents.error(bad, S3Answers.uploadID)?.code == .badResponse)
        }
    }

    @Test("the parts of an upload")
    func parts() throws {
        let checksums = "<ChecksumSHA256>\(Self.base64)</ChecksumSHA256><ChecksumCRC32C>AAAAAQ==</ChecksumCRC32C>"
        let body = S3Documents.parts(
            S3Documents.part("1", more: checksums) + S3Documents.part("10000", size: "0", tag: "&quot;def-2&quot;"),
            more: "<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType>")
        let page = try S3Answers.parts(body)
        #expect(page.parts.map(\.number) == [1, 10_000] && page.parts.map(\.size) == [5_242_880, 0])
        #expect(page.parts.map(\.entityTag) == ["\"abc\"", "\"def-2\""])
        #expect(page.parts[0].checksums == [.sha256: Self.sha256, .crc32c: "00000001"])
        #expect(page.parts[1].checksums.isEmpty)
        #expect(page.nextMarker == nil && page.algorithm == .sha256 && page.checksumType == .composite)
        let empty = try S3Answers.parts(S3Documents.parts(""))
        #expect(empty.parts.isEmpty && empty.nextMarker == nil && empty.algorithm == nil && empty.checksumType == nil)
    }

    @Test("the next page of parts begins behind the last part, whatever the store says")
    func nextParts() throws {
        for marker in [
            "", "<NextPartNumberMarker>1</NextPartNumberMarker>", "<NextPartNumberMarker>9</NextPartNumberMarker>",
        ] {
            let body = S3Documents.parts(
                S3Documents.part("1") + S3Documents.part("3"), truncated: "true", more: marker)
            #expect(try S3Answers.parts(body).nextMarker == 3)
        }
        // It would be asked for again and again.
        #expect(S3Documents.error(S3Documents.parts("", truncated: "true"), S3Answers.parts)?.code == .badResponse)
    }

    @Test(
        "parts that cannot be",
        arguments: [
            S3Documents.part("0"), S3Documents.part("10001"), S3Documents.part("-1"), S3Documents.part("1.5"),
            S3Documents.part(""), S3Documents.part("99999999999999999999"), S3Documents.part("0x1"),
            S3Documents.part("1", size: "-5"), S3Documents.part("1", size: "9223372036854775808"),
            S3Documents.part("1", size: ""), S3Documents.part("1", tag: ""), S3Documents.part("1", tag: "a&#13;b"),
            S3Documents.part("2") + S3Documents.part("1"), "<Part/>",
            S3Documents.part("1", more: "<Size>6</Size>"), S3Documents.part("1", more: "<PartNumber>2</PartNumber>"),
        ])
    func impossibleParts(parts: String) {
        #expect(S3Documents.error(S3Documents.parts(parts), S3Answers.parts)?.code == .badResponse)
    }

    @Test(
        "a list that does not know whether it is whole",
        arguments: ["", "yes", "TRUE", "true</IsTruncated><IsTruncated>false"])
    func unclearEnd(truncated: String) {
        let body = S3Documents.parts(S3Documents.part("1"), truncated: truncated)
        #expect(S3Documents.error(body, S3Answers.parts)?.code == .badResponse)
    }

    @Test("a part that was sent twice may be listed twice")
    func twice() throws {
        let body = S3Documents.parts(
            S3Documents.part("1", tag: "&#34;a&#34;") + S3Documents.part("1", tag: "b") + S3Documents.part("2"))
        let page = try S3Answers.parts(body)
        #expect(page.parts.map(\.number) == [1, 1, 2] && page.parts.map(\.entityTag) == ["\"a\"", "b", "\"abc\""])
    }

    @Test("a checksum that is none counts as no checksum")
    func badChecksums() throws {
        for value in ["", "AAAA", "\(Self.base64)-2", "not base64", Self.base64 + Self.base64] {
            let body = S3Documents.parts(S3Documents.part("1", more: "<ChecksumSHA256>\(value)</ChecksumSHA256>"))
            #expect(try S3Answers.parts(body).parts[0].checksums.isEmpty)
        }
    }

    @Test("the end of an upload")
    func completed() throws {
        let content =
            "<Location>http://h/b/k</Location><ETag>&quot;3858f-2&quot;</ETag>"
            + "<ChecksumSHA256>\(Self.base64)-2</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>"
        let body = S3Documents.document("CompleteMultipartUploadResult", content)
        let checksum = try #require(S3ObjectChecksum(algorithm: .sha256, text: "\(Self.base64)-2", kind: .composite))
        let completed = S3Completion.completed(entityTag: "\"3858f-2\"", checksums: [checksum])
        #expect(try S3Answers.completion(body) == completed)
        #expect(checksum.value == Self.sha256 && checksum.partCount == 2 && checksum.kind == .composite)
        // White space keeps the connection alive until the answer is known, before the declaration or behind it.
        let root = body.dropFirst(S3Documents.declaration.utf8.count)
        let blank = Array(" \n\r\n   ".utf8)
        #expect(try S3Answers.completion(blank + body) == completed)
        #expect(try S3Answers.completion(Array(S3Documents.declaration.utf8) + blank + root) == completed)
        let bare = S3Documents.document("CompleteMultipartUploadResult", "")
        #expect(try S3Answers.completion(bare) == .completed(entityTag: nil, checksums: []))
    }

    @Test("a failure that follows upon the status 200")
    func failedCompletion() throws {
        let body = Array("  ".utf8) + S3Documents.problem("InternalError", "Try again.")
        #expect(
            try S3Answers.completion(body) == .failed(S3Problem(code: "InternalError", message: "Try again")))
        for body in [[], Array("   ".utf8), S3Documents.document("Error", ""), S3Documents.document("Result", "")] {
            #expect(S3Documents.error(body, S3Answers.completion)?.code == .badResponse)
        }
    }

    @Test("what is sent to end an upload")
    func completionBody() throws {
        let parts = [
            S3Part(number: 1, size: 8, entityTag: "\"a\"", checksums: [.sha256: Self.sha256]),
            S3Part(number: 2, size: 1, entityTag: "<&>"),
        ]
        let text = String(decoding: S3Answers.completionBody(parts: parts, algorithm: .sha256), as: UTF8.self)
        #expect(
            text == S3Documents.declaration + "<CompleteMultipartUpload\(S3Documents.namespace)>"
                + "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag><ChecksumSHA256>\(Self.base64)</ChecksumSHA256></Part>"
                + "<Part><PartNumber>2</PartNumber><ETag>&lt;&amp;&gt;</ETag></Part></CompleteMultipartUpload>")
        let plain = String(decoding: S3Answers.completionBody(parts: parts, algorithm: nil), as: UTF8.self)
        #expect(!plain.contains("Checksum"))
    }
}
