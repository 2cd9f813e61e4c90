import Testing
import TransferCore
import WireProtocols

@Suite("Lists and attributes")
struct S3ListAnswerTests {
    private static func uploads(_ content: String, truncated: Bool = false) -> [UInt8] {
        S3Documents.document(
            "ListMultipartUploadsResult", "<Bucket>b</Bucket><IsTruncated>\(truncated)</IsTruncated>" + content)
    }

    private static func objects(_ content: String, truncated: Bool = false) -> [UInt8] {
        S3Documents.document("ListBucketResult", "<Name>b</Name><IsTruncated>\(truncated)</IsTruncated>" + content)
    }

    private static func object(_ key: String, size: String = "12") -> String {
        "<Contents><Key>\(key)</Key><LastModified>2012-11-12T00:11:22.500Z</LastModified>"
            + "<ETag>&quot;9c&quot;</ETag><Size>\(size)</Size><StorageClass>STANDARD</StorageClass></Contents>"
    }

    @Test("unfinished uploads")
    func unfinished() throws {
        let upload =
            "<Upload><Key>a &amp; b</Key><UploadId>u1</UploadId><Initiated>2010-11-10T20:48:33.000Z</Initiated></Upload>"
        let page = try S3Answers.uploads(
            Self.uploads(upload + "<Upload><Key>c</Key><UploadId>u2</UploadId><Initiated>today</Initiated></Upload>"))
        #expect(page.uploads.map(\.key) == ["a & b", "c"] && page.uploads.map(\.uploadID) == ["u1", "u2"])
        #expect(page.uploads.map(\.initiated) == [WallTime(milliseconds: 1_289_422_113_000), nil])
        #expect(page.next == nil)
        let markers = "<NextKeyMarker>c%2B+d</NextKeyMarker><NextUploadIdMarker>u2</NextUploadIdMarker>"
        let literal = try #require(try S3Answers.uploads(Self.uploads(upload + markers, truncated: true)).next)
        #expect(literal.key == "c%2B+d" && literal.uploadID == "u2")
        let encoded = Self.uploads("<EncodingType>url</EncodingType>" + markers, truncated: true)
        #expect(try S3Answers.uploads(encoded).next?.key == "c+ d")
        #expect(literal.query.map(\.name) == ["key-marker", "upload-id-marker"])
        #expect(literal.query.map(\.value) == ["c%2B+d", "u2"])
        // SeaweedFS goes by IDs alone.
        let byID = Self.uploads("<NextUploadIdMarker>u</NextUploadIdMarker>", truncated: true)
        #expect(try S3Answers.uploads(byID).next?.query.map(\.name) == ["upload-id-marker"])
        for markers in ["", "<NextKeyMarker>c</NextKeyMarker>", "<NextUploadIdMarker/>"] {
            #expect(S3Documents.error(Self.uploads(markers, truncated: true), S3Answers.uploads)?.code == .badResponse)
        }
        for upload in ["<Key>k</Key>", "<UploadId>u</UploadId>", "<Key>k</Key><Key>k</Key><UploadId>u</UploadId>"] {
            let body = Self.uploads("<Upload>\(upload)</Upload>")
            #expect(S3Documents.error(body, S3Answers.uploads)?.code == .badResponse)
        }
    }

    @Test("objects of a bucket")
    func objects() throws {
        let page = try S3Answers.objects(Self.objects(Self.object("a/b.txt") + Self.object("é", size: "0")))
        #expect(page.objects.map(\.key) == ["a/b.txt", "é"] && page.objects.map(\.size) == [12, 0])
        #expect(page.objects[0].entityTag == "\"9c\"")
        #expect(page.objects[0].lastModified == WallTime(milliseconds: 1_352_679_082_500))
        #expect(page.nextToken == nil)
        let more = Self.objects("<NextContinuationToken>1ueG=</NextContinuationToken>", truncated: true)
        #expect(try S3Answers.objects(more).nextToken == "1ueG=")
        for token in ["", "<NextContinuationToken/>"] {
            #expect(S3Documents.error(Self.objects(token, truncated: true), S3Answers.objects)?.code == .badResponse)
        }
        // With one object AWS leaves nothing out, but says nothing of it either.
        let silent = S3Documents.document("ListBucketResult", Self.object("a"))
        #expect(try S3Answers.objects(silent).objects.count == 1)
    }

    @Test(
        "encoded keys",
        arguments: [
            ("a%2Fb+c%2B%25", "a/b c+%"), ("%E6%97%A5", "日"), ("a%0Ab", "a\nb"), ("%00", "\0"),
            ("plain/a~b*c", "plain/a~b*c"),
        ])
    func encodedKeys(text: String, key: String) throws {
        let body = Self.objects("<EncodingType>url</EncodingType>" + Self.object(text))
        #expect(try S3Answers.objects(body).objects.first?.key == key)
        #expect(try S3Answers.objects(Self.objects(Self.object(text))).objects.first?.key == text)
    }

    @Test("encoded keys that are none", arguments: ["%", "%4", "%zz", "%FF", "%C3"])
    func badKeys(text: String) {
        let body = Self.objects("<EncodingType>url</EncodingType>" + Self.object(text))
        #expect(S3Documents.error(body, S3Answers.objects)?.code == .badResponse)
    }

    @Test("keys of uploads that the store has not encoded, though it says so", arguments: ["x%zz", "%", "a%20%"])
    func keysAsTheyCame(text: String) throws {
        let upload = "<Upload><Key>\(text)</Key><UploadId>u</UploadId></Upload>"
        let body = S3Documents.document("ListMultipartUploadsResult", "<EncodingType>url</EncodingType>" + upload)
        #expect(try S3Answers.uploads(body).uploads.map(\.key) == [text])
    }

    @Test("sizes that are none", arguments: ["", "-1", "1e3", "9223372036854775808", " "])
    func badSizes(size: String) {
        #expect(S3Documents.error(Self.objects(Self.object("k", size: size)), S3Answers.objects)?.code == .badResponse)
    }

    @Test("a page of the longest keys is read")
    func fullPage() throws {
        let object = Self.object(String(repeating: "%E6%97%A5", count: 341))
        #expect(object.utf8.count * 1000 < S3Limits.longestAnswer / 2)
        let body = Self.objects(String(repeating: object, count: 100))
        #expect(try S3Answers.objects(body).objects.count == 100)
    }

    @Test("checksums in the head of an answer")
    func checksumFields() {
        let head = ResponseHead(
            status: 200,
            fields: [
                HeaderField("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAE="),
                HeaderField("x-amz-checksum-type", "FULL_OBJECT"),
                HeaderField("x-amz-checksum-crc32", "nonsense"),
            ])
        let found = S3ObjectChecksum.all(in: head)
        #expect(found.map(\.algorithm) == [.crc64nvme] && found.map(\.value) == ["0000000000000001"])
        #expect(found.map(\.kind) == [.fullObject])
        #expect(ObjectChecksum.Algorithm.crc32.field("00000001") == HeaderField("x-amz-checksum-crc32", "AAAAAQ=="))
        for text in ["AAAAAA==-0", "AAAAAA==-10001", "AAAAAA==-x", "AAAAAA==-", "-1", "AAAAAA==-1-1"] {
            #expect(S3ObjectChecksum(algorithm: .crc32, text: text, kind: nil) == nil)
        }
        #expect(S3ObjectChecksum(algorithm: .crc32, text: "AAAAAA==-3", kind: nil)?.kind == .composite)
        #expect(S3ObjectChecksum(algorithm: .crc32, text: "AAAAAA==-3", kind: .fullObject) == nil)
    }
}
