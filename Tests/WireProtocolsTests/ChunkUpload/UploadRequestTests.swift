import FoundationEssentials
import Testing
import TransferCore
import WireProtocols

@Suite("Requests of an upload")
struct UploadRequestTests {
    private static let common = [
        HeaderField("Accept", "application/json, application/problem+json"), HeaderField("User-Agent", "carryon/1.2"),
    ]
    private static let identity = HeaderField("Accept-Encoding", "identity")
    private static let json = HeaderField("Content-Type", "application/json")

    private func request(
        _ task: UploadOrder.Task, destination: String = Uploading.destination, address: String? = nil,
        headers: [HeaderField] = []
    ) throws -> (request: HTTPRequest, body: String?) {
        let order = Uploading.order(task, destination: destination, address: address, headers: headers)
        let result = try ChunkUpload.request(order, digest: Uploading.digest, version: "1.2")
        return (result.request, result.body.map { String(decoding: $0, as: UTF8.self) })
    }

    @Test("a registration")
    func registers() throws {
        let (plain, body) = try request(Uploading.registration)
        #expect(plain.method == "POST")
        #expect(plain.url == "https://h/uploads")
        #expect(plain.headers == [Self.identity, HeaderField("Idempotency-Key", "k1"), Self.json] + Self.common)
        #expect(body == #"{"chunkSize":100,"name":"dir/a b.txt","size":1000}"#)
        let known = UploadRegistration(
            key: "k", size: 1, chunkSize: 2, sha256: Uploading.digest, begunAt: Uploading.now)
        let prefixed = try request(.register(known), destination: "http://u:p@h:1/c/files/%22%C3%A9")
        #expect(prefixed.request.url == "http://u:p@h:1/c/uploads")
        #expect(prefixed.body == #"{"chunkSize":2,"name":"\"é","sha256":"\#(Uploading.digest)","size":1}"#)
    }

    @Test("questions, the end and the removal")
    func small() throws {
        let (status, statusBody) = try request(.status(receipts: [:]))
        #expect(status == HTTPRequest(method: "GET", url: Uploading.upload, headers: [Self.identity] + Self.common))
        #expect(statusBody == nil)
        let (abort, abortBody) = try request(.abort)
        #expect(abort == HTTPRequest(method: "DELETE", url: Uploading.upload, headers: [Self.identity] + Self.common))
        #expect(abortBody == nil)
        let (complete, completeBody) = try request(.complete(sha256: nil, receipts: [:]))
        let headers = [Self.identity, Self.json] + Self.common
        #expect(complete == HTTPRequest(method: "POST", url: Uploading.upload + "/complete", headers: headers))
        #expect(completeBody == "{}")
        #expect(
            try request(.complete(sha256: Uploading.digest, receipts: [:])).body
                == #"{"sha256":"\#(Uploading.digest)"}"#)
    }

    @Test("a chunk, whose bytes come from elsewhere")
    func chunk() throws {
        let (chunk, body) = try request(Uploading.chunk)
        #expect(chunk.method == "PUT")
        #expect(chunk.url == "https://h/uploads/id/chunks/3")
        #expect(body == nil)
        let digest = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"
        #expect(
            chunk.headers == [
                Self.identity, HeaderField("Content-Type", "application/octet-stream"),
                HeaderField("X-Chunk-Checksum", Uploading.digest), HeaderField("Content-Digest", digest),
            ] + Self.common)
        #expect(Digests.sha256(digest) == Uploading.digest)
    }

    @Test(
        "addresses of uploads are extended in their path",
        arguments: [
            ("https://h/uploads/id/", "https://h/uploads/id/chunks/3"),
            ("https://h/uploads/id?sig=a/b", "https://h/uploads/id/chunks/3?sig=a/b"),
            ("https://h/u?", "https://h/u/chunks/3?"),
        ])
    func addresses(address: String, expected: String) throws {
        #expect(try request(Uploading.chunk, address: address).request.url == expected)
        #expect(try request(.status(receipts: [:]), address: address).request.url == address)
    }

    @Test("credentials go to the destination's origin only")
    func credentials() throws {
        let headers = [HeaderField("Authorization", "Bearer s"), HeaderField("user-agent", "me")]
        let destination = "https://u:p@h/files/x"
        for task in [Uploading.chunk, .status(receipts: [:]), .complete(sha256: nil, receipts: [:]), .abort] {
            let home = try request(task, destination: destination, headers: headers).request
            #expect(home.url.hasPrefix("https://u:p@h/uploads/id"))
            #expect(home.headers.suffix(2) == headers[...])
            for foreign in ["http://h/uploads/id", "https://h:444/uploads/id", "https://e/uploads/id"] {
                let away = try request(task, destination: destination, address: foreign, headers: headers).request
                #expect(away.url.hasPrefix(foreign))
                #expect(!away.headers.contains { $0.name == "Authorization" })
                #expect(away.headers.last == headers[1])
            }
        }
        let first = try request(Uploading.registration, destination: destination, headers: headers).request
        #expect(first.url == "https://u:p@h/uploads")
        #expect(first.headers.suffix(2) == headers[...])
    }

    @Test("the user's fields replace ours, but for those that the protocol depends on")
    func userFields() throws {
        let taken = [HeaderField("USER-AGENT", "me"), HeaderField("accept", "*/*"), HeaderField("X-A", "1")]
        let refused = [
            HeaderField("content-type", "x/y"), HeaderField("X-Chunk-Checksum", "0"),
            HeaderField("Content-Digest", "x"),
            HeaderField("Idempotency-Key", "mine"), HeaderField("Content-Encoding", "gzip"), HeaderField("Range", "x"),
            HeaderField("Accept-Encoding", "gzip"), HeaderField("Content-Length", "1"), HeaderField("If-Match", "*"),
            HeaderField("X-B", "x\r\nHost: evil"),
        ]
        for task in Uploading.tasks {
            let plain = try request(task).request.headers
            let custom = try request(task, headers: taken + refused).request.headers
            #expect(custom == Array(plain.dropLast(2)) + taken)
        }
    }

    @Test("a destination that is none is an error")
    func badDestination() throws {
        for task in Uploading.tasks {
            let error = try #require(throws: TransferError.self) { try request(task, destination: "https://h/x") }
            #expect(error.code == .malformed)
        }
    }
}
