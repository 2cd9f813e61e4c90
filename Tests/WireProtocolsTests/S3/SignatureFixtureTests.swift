import Foundation
import Testing
import TransferCore
import WireProtocols

/// Requests that botocore has signed; `Fixtures/make_signatures.py` wrote them down.
@Suite("Signatures of botocore")
struct SignatureFixtureTests {
    private struct Fixture: Decodable {
        var credentials: [Keys]
        var cases: [Case]
    }

    private struct Keys: Decodable {
        var accessKey: String
        var secretKey: String
        var token: String?
    }

    private struct Case: Decodable {
        var endpoint: String
        var region: String
        var credentials: Int
        var time: Int64
        var bucket: String
        var key: String
        /// `nil` where the address has a query that we would not write so.
        var query: [[String]]?
        var fields: [[String]]
        var method: String
        var url: String
        // Of a signed request.
        var payload: String?
        var date: String?
        var authorization: String?
        // Of a presigned one.
        var expires: Int?
        var presigned: String?

        var headers: [HeaderField] { fields.map { HeaderField($0[0], $0[1]) } }
        var now: WallTime { WallTime(milliseconds: time) }
    }

    private static func fixture() throws -> Fixture {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/signatures.json")
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    }

    private static func access(_ entry: Case, _ keys: [Keys]) throws -> S3Access {
        let keys = keys[entry.credentials]
        return S3Access(
            credentials: S3Credentials(
                accessKey: keys.accessKey, secretKey: keys.secretKey, sessionToken: keys.token),
            endpoint: try S3Endpoint(url: entry.endpoint, region: entry.region))
    }

    @Test("in fields")
    func fields() throws {
        let fixture = try Self.fixture()
        let cases = fixture.cases.filter { $0.authorization != nil }
        #expect(cases.count >= 200)
        for entry in cases {
            // What is not signed must not change the signature.
            let others = [
                HeaderField("Range", "bytes=0-9"), HeaderField("If-None-Match", "*"),
                HeaderField("Authorization", "old"),
                HeaderField("x-amz-date", "old"), HeaderField("User-Agent", "carryon"),
            ]
            let signed = SigV4.sign(
                HTTPRequest(method: entry.method, url: entry.url, headers: others + entry.headers),
                payloadHash: try #require(entry.payload), access: try Self.access(entry, fixture.credentials),
                at: entry.now)
            #expect(Signing.value("Authorization", in: signed) == entry.authorization, "\(entry.url)")
            #expect(Signing.value("X-Amz-Date", in: signed) == entry.date)
            #expect(Signing.value("X-Amz-Content-Sha256", in: signed) == entry.payload)
            #expect(Signing.value("X-Amz-Security-Token", in: signed) == fixture.credentials[entry.credentials].token)
            #expect(Signing.value("Range", in: signed) == "bytes=0-9")
        }
    }

    @Test("in addresses")
    func addresses() throws {
        let fixture = try Self.fixture()
        let cases = fixture.cases.filter { $0.presigned != nil }
        #expect(cases.count >= 80)
        for entry in cases {
            let request = SigV4.presign(
                method: entry.method, url: entry.url, headers: entry.headers, expires: try #require(entry.expires),
                access: try Self.access(entry, fixture.credentials), at: entry.now)
            #expect(request.url == entry.presigned)
            #expect(request.headers == entry.headers)
        }
    }

    @Test("of addresses that are ours")
    func ourAddresses() throws {
        let fixture = try Self.fixture()
        for entry in fixture.cases {
            guard let query = entry.query else { continue }
            let endpoint = try S3Endpoint(url: entry.endpoint, region: entry.region)
            let url = endpoint.url(bucket: entry.bucket, key: entry.key, query: query.map { ($0[0], $0[1]) })
            // The default port is left out, which is the same address.
            let plain = entry.url.replacing("s3.example.com:443/", with: "s3.example.com/")
                .replacing("s3.example.com:80/", with: "s3.example.com/")
            #expect(url == plain)
            #expect(url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
    }
}
