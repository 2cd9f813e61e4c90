import Testing
import TransferCore

@testable import WireProtocols

/// The examples of the Amazon S3 API Reference, "Authenticating Requests: Examples".
@Suite("Signatures that AWS has published")
struct PublishedSignatureTests {
    @Test("a part of an object, with the range signed too")
    func getObject() throws {
        let fields = [
            HeaderField("Range", "bytes=0-9"), HeaderField("x-amz-content-sha256", SigV4.emptyPayloadHash),
            HeaderField("x-amz-date", "20130524T000000Z"),
        ]
        let canonical = CanonicalRequest(
            method: "GET", url: "\(Signing.host)/test.txt", fields: fields, payloadHash: SigV4.emptyPayloadHash)
        #expect(
            SigV4.payloadHash(canonical.text.utf8) == "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"
        )
        #expect(
            try SigV4.authorization(canonical, Signing.access(), SigningTime(Signing.time))
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test("an object with a $ in its key, with the date signed too")
    func putObject() throws {
        let hash = SigV4.payloadHash("Welcome to Amazon S3.".utf8)
        #expect(hash == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
        let fields = [
            HeaderField("Date", "Fri, 24 May 2013 00:00:00 GMT"), HeaderField("x-amz-date", "20130524T000000Z"),
            HeaderField("x-amz-storage-class", "REDUCED_REDUNDANCY"), HeaderField("x-amz-content-sha256", hash),
        ]
        let url = Signing.host + "/" + S3Encoding.path("test$file.text")
        let canonical = CanonicalRequest(method: "PUT", url: url, fields: fields, payloadHash: hash)
        let authorization = try SigV4.authorization(canonical, Signing.access(), SigningTime(Signing.time))
        #expect(authorization.hasSuffix("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
        #expect(authorization.contains("SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"))
    }

    @Test(
        "questions to a bucket",
        arguments: [
            ("/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("/?lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
            ("/?prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ])
    func bucket(path: String, signature: String) throws {
        let request = HTTPRequest(method: "GET", url: Signing.host + path, headers: [])
        let signed = SigV4.sign(
            request, payloadHash: SigV4.emptyPayloadHash, access: try Signing.access(), at: Signing.time)
        #expect(signed.url == request.url)
        #expect(
            Signing.value("Authorization", in: signed)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=\(signature)")
    }

    @Test("a presigned address")
    func presigned() throws {
        let request = SigV4.presign(
            method: "GET", url: "\(Signing.host)/test.txt", expires: 86_400, access: try Signing.access(),
            at: Signing.time)
        #expect(
            request.url == "\(Signing.host)/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
        #expect(request.headers.isEmpty && request.method == "GET")
    }
}
