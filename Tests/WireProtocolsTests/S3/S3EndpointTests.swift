import Testing
import TransferCore
import WireProtocols

@Suite("Endpoints of stores")
struct S3EndpointTests {
    private static func custom(_ url: String, isPathStyle: Bool? = nil) throws -> S3Endpoint {
        try S3Endpoint(url: url, region: nil, isPathStyle: isPathStyle)
    }

    private static func refusal(_ url: String, region: String? = nil) -> TransferError? {
        do throws(TransferError) {
            _ = try S3Endpoint(url: url, region: region)
            return nil
        } catch {
            return error
        }
    }

    @Test("AWS has hosts of buckets in regions")
    func aws() throws {
        let endpoint = try S3Endpoint.aws(region: "eu-west-1")
        #expect(endpoint.isAWS && !endpoint.isPathStyle)
        #expect(endpoint.url(bucket: "b", key: "k") == "https://b.s3.eu-west-1.amazonaws.com/k")
        #expect(endpoint.url(bucket: "b") == "https://b.s3.eu-west-1.amazonaws.com/")
        #expect(try S3Endpoint.aws(region: nil).url(bucket: "b") == "https://b.s3.us-east-1.amazonaws.com/")
        let china = try S3Endpoint.aws(region: "cn-north-1")
        #expect(china.url(bucket: "b", key: "k") == "https://b.s3.cn-north-1.amazonaws.com.cn/k")
    }

    @Test("buckets that no host can have stand in the path", arguments: ["dotted.bucket", "Capital", "under_score"])
    func awkwardBuckets(bucket: String) throws {
        let url = "https://s3.us-east-1.amazonaws.com/\(bucket)/k"
        #expect(try S3Endpoint.aws(region: nil).url(bucket: bucket, key: "k") == url)
    }

    @Test("path style on request")
    func pathStyle() throws {
        let aws = try S3Endpoint.aws(region: nil, isPathStyle: true)
        #expect(aws.url(bucket: "b", key: "k") == "https://s3.us-east-1.amazonaws.com/b/k")
        #expect(try Self.custom("https://h:9000").url(bucket: "b", key: "k") == "https://h:9000/b/k")
        #expect(try Self.custom("https://h:9000").url(bucket: "b") == "https://h:9000/b")
        let virtual = try Self.custom("https://h:9000/base/", isPathStyle: false)
        #expect(virtual.url(bucket: "b", key: "k") == "https://b.h:9000/base/k")
    }

    @Test(
        "a bucket does not stand before an address of numbers", arguments: ["127.0.0.1:8333", "[::1]:8333", "10.0.0.1"])
    func numbers(host: String) throws {
        #expect(
            try Self.custom("http://\(host)", isPathStyle: false).url(bucket: "b", key: "k") == "http://\(host)/b/k")
    }

    @Test("what a user types is brought into one form")
    func forms() throws {
        let forms = [
            ("HTTPS://Store.Example.COM", "https", "store.example.com", ""), ("https://h:443/", "https", "h", ""),
            ("http://h:80", "http", "h", ""), ("http://h:443", "http", "h:443", ""),
            (" https://h/a/b// ", "https", "h", "/a/b"), ("http://[2001:DB8::1]", "http", "[2001:db8::1]", ""),
        ]
        for (url, scheme, authority, basePath) in forms {
            let endpoint = try Self.custom(url)
            #expect(endpoint.scheme == scheme && endpoint.authority == authority && endpoint.basePath == basePath)
            #expect(endpoint.isPathStyle && !endpoint.isAWS && endpoint.region == "us-east-1")
        }
    }

    @Test(
        "what is no endpoint",
        arguments: [
            "", "h", "h:9000", "ftp://h", "https://", "https://user@h", "https://u:p@h", "https://h?a", "https://h/#a",
            "https://h:0", "https://h:99999", "https://bücket.example", "http://127.1:8333", "http://2130706433",
            "http://0x7f.1", "http://1.2.3.999", "http://[fe80::1%25eth0]:80", "https://h h", "https://h\r\nX: y",
        ])
    func malformed(url: String) {
        #expect(Self.refusal(url)?.code == .malformed)
    }

    @Test("no region may become another host", arguments: ["", "a.evil.example/", "eu west", "é", "a#", "a:1", "a@b"])
    func badRegions(region: String) throws {
        #expect(Self.refusal("https://h", region: region)?.code == .malformed)
        #expect(throws: TransferError.self) { try S3Endpoint.aws(region: region) }
        #expect(try S3Endpoint.aws(region: nil).inRegion(region) == nil)
        #expect(try S3Endpoint.aws(region: nil).inRegion(String(repeating: "a", count: 65)) == nil)
    }

    @Test("another region is another host of AWS, but not of another store")
    func otherRegion() throws {
        let moved = try #require(try S3Endpoint.aws(region: "us-east-1", isPathStyle: true).inRegion("eu-west-1"))
        #expect(try moved == S3Endpoint.aws(region: "eu-west-1", isPathStyle: true))
        let custom = try #require(try Self.custom("http://h:1/p").inRegion("garage"))
        #expect(custom.region == "garage" && custom.url(bucket: "b") == "http://h:1/p/b" && !custom.isAWS)
    }

    @Test("keys reach the store as they are")
    func keys() throws {
        let endpoint = try Self.custom("http://h")
        let keys = [
            ("a//b", "a//b"), ("/a", "/a"), ("a/", "a/"), ("a/./../b", "a/./../b"), ("..", ".."),
            ("a b+c%20", "a%20b%2Bc%2520"),
            ("?#&=", "%3F%23%26%3D"), ("é", "%C3%A9"), ("a/\u{301}b", "a/%CC%81b"), ("A-z_0.9~", "A-z_0.9~"),
        ]
        for (key, path) in keys { #expect(endpoint.url(bucket: "b", key: key) == "http://h/b/\(path)") }
        let url = endpoint.url(bucket: "b", key: "k", query: [("uploads", ""), ("prefix", "a/b +&="), ("é", "~")])
        #expect(url == "http://h/b/k?uploads=&prefix=a%2Fb%20%2B%26%3D&%C3%A9=~")
    }
}
