import CurlTransport
import Foundation
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// Presigned uploads to a real store.
@Suite(.timeLimit(.minutes(5))) struct PresignedStoreTests {
    private static let chunk: Int64 = 8 << 20
    private static let pattern = PatternFile(seed: 44, size: chunk + 1000)

    private struct Access: S3AccessSource {
        let endpoint: String

        func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
            S3Access(
                credentials: S3Credentials(accessKey: SeaweedFS.accessKey, secretKey: SeaweedFS.secretKey),
                endpoint: try S3Endpoint(url: endpoint, region: SeaweedFS.region))
        }
    }

    /// What a test has at hand.
    private struct Bench: Sendable {
        let folder: TemporaryFolder
        let settings: ObjectStoreSettings
        let oracle: S3Oracle
        let http: CurlClient

        var bucket: String { settings.location.bucket }

        func serving(_ body: @Sendable @escaping (UploadClient) async throws -> Void) async throws {
            let service = try PresignedService(
                folder: folder.path, settings: .test, target: settings, logger: .silent)
            try await UploadServerTests.serving(service) { try await body(UploadClient(port: $0)) }
        }

        /// Sends bytes where an address of the server leads.
        func put(_ url: [String: Any], _ bytes: [UInt8]) async throws -> HTTPAnswer {
            let fields = url["headers"] as? [String: String] ?? [:]
            let request = HTTPRequest(
                method: url["method"] as? String ?? "", url: url["url"] as? String ?? "",
                headers: fields.map { HeaderField($0.key, $0.value) })
            return try await http.send(request, body: bytes, limit: 1 << 20)
        }
    }

    private func bench() async throws -> Bench {
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let http = try CurlClient(clock: SystemClock())
        let settings = ObjectStoreSettings(
            location: try S3Location(bucket: bucket, key: "in"),
            endpoint: try S3Endpoint(url: store.endpoint, region: nil), access: Access(endpoint: store.endpoint),
            options: StoreOptions(), client: http)
        return Bench(folder: try TemporaryFolder(), settings: settings, oracle: S3Oracle(store), http: http)
    }

    private static func bytes(_ index: Int) -> [UInt8] {
        pattern.bytes(index == 0 ? 0..<chunk : chunk..<pattern.size)
    }

    private static func wish(_ index: Int) -> (index: Int, sha256: String, length: Int64) {
        (index, hexSHA256(bytes(index)), Int64(bytes(index).count))
    }

    /// Sends and reports both chunks of a new upload.
    private static func send(_ bench: Bench, _ client: UploadClient, _ name: String) async throws -> String {
        let id = try await client.registerObject(name, size: pattern.size).uploadID
        let urls = try await client.presign(id, [wish(1), wish(0)]).urls
        for (url, index) in zip(urls, [1, 0]) {
            let answer = try await bench.put(url, bytes(index))
            #expect(answer.head.status == 200)
            let tag = try #require(answer.head["ETag"])
            #expect(try await client.report(id, index, etag: tag, sha256: wish(index).sha256).status == 200)
        }
        return id
    }

    @Test func bytesGoStraightToTheStore() async throws {
        let bench = try await bench()
        try await bench.serving { client async throws in
            let id = try await Self.send(bench, client, "a b/ü+%")
            #expect(try await client.complete(id).status == 200)
            let digest = try await bench.oracle.digest(of: "in/a b/ü+%", in: bench.bucket)
            #expect(digest.size == Self.pattern.size)
            #expect(digest.sha256 == hexSHA256(Self.pattern.bytes))
            #expect(try await bench.oracle.unfinishedUploads(in: bench.bucket).isEmpty)

            let found = try await client.send("GET", "/files/a%20b/%C3%BC%2B%25")
            let address = try #require(found["Location"])
            let read = try await bench.http.send(
                HTTPRequest(method: "GET", url: address, headers: [HeaderField("Range", "bytes=0-9")]), body: [],
                limit: 10)
            #expect(read.body == Array(Self.pattern.bytes[..<10]))
            #expect(try await client.registerObject("a b/ü+%", size: 1).problem == "name-taken")
        }
    }

    @Test func onlyTheChunkThatWasSignedForIsTaken() async throws {
        let bench = try await bench()
        try await bench.serving { client async throws in
            let id = try await client.registerObject(size: Self.pattern.size).uploadID
            let url = try #require(try await client.presign(id, [Self.wish(1)]).urls.first)
            let other = [UInt8](repeating: 1, count: Self.bytes(1).count)
            #expect(try await bench.put(url, other).head.status == 400)
            #expect(try await bench.put(url, other + [1]).head.status == 403)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            #expect(try await bench.oracle.unfinishedUploads(in: bench.bucket).isEmpty)
            #expect(try await bench.put(url, Self.bytes(1)).head.status == 404)
        }
    }

    @Test func aCompletionWhoseAnswerWasLostIsMadeGood() async throws {
        let bench = try await bench()
        try await bench.serving { client async throws in
            let id = try await Self.send(bench, client, "f")
            let store = S3ObjectStore(bench.settings, clock: SystemClock())
            let location = try S3Location(bucket: bench.bucket, key: "in/f")
            let upload = try #require(try await store.uploads(to: location).first)
            let begun = StoreUpload(location: location, uploadID: upload.uploadID, hasChecksums: true)
            let listed = try await store.parts(of: begun).map {
                S3Part(
                    number: $0.number, size: $0.size, entityTag: $0.entityTag,
                    checksums: [.sha256: Self.wish($0.number - 1).sha256])
            }
            try await store.complete(begun, listed, size: Self.pattern.size)
            #expect(try await client.complete(id).status == 200)
        }
    }

    @Test func anUploadThatOthersHaveEndedIsGone() async throws {
        let bench = try await bench()
        try await bench.serving { client async throws in
            let id = try await Self.send(bench, client, "f")
            let store = S3ObjectStore(bench.settings, clock: SystemClock())
            let location = try S3Location(bucket: bench.bucket, key: "in/f")
            let upload = try #require(try await store.uploads(to: location).first)
            try await store.abort(StoreUpload(location: location, uploadID: upload.uploadID))
            #expect(try await client.complete(id).problem == "gone")
        }
    }

    @Test func anotherObjectStays() async throws {
        let bench = try await bench()
        try await bench.serving { client async throws in
            let id = try await Self.send(bench, client, "f")
            let store = S3ObjectStore(bench.settings, clock: SystemClock())
            try await store.putEmpty(at: S3Location(bucket: bench.bucket, key: "in/f"))
            #expect(try await client.complete(id).problem == "name-taken")
            #expect(try await bench.oracle.head(of: "in/f", in: bench.bucket).size == 0)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
        }
    }
}
