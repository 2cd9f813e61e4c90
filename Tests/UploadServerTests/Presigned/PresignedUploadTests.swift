import Foundation
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

private let mebibyte = PresignedFixture.mebibyte

/// The way of an upload whose bytes go straight to the store.
@Suite(.timeLimit(.minutes(5))) struct PresignedUploadTests {
    @Test func aWholeUpload() async throws {
        let fixture = try PresignedFixture()
        try await fixture.serving { client async throws in
            let registered = try await client.registerObject("a/b c")
            #expect(registered.status == 201)
            #expect(registered.json["mode"] as? String == "presigned")
            #expect(registered.json["chunkSize"] as? Int64 == 8 * mebibyte)
            #expect(registered.json["totalChunks"] as? Int == 3)
            #expect(registered.stage == "in_progress")
            let id = registered.uploadID

            let digests = (0..<3).map { FakeChunk($0).sha256 }
            let lengths = [8 * mebibyte, 8 * mebibyte, 4 * mebibyte]
            let signed = try await client.presign(id, [2, 0].map { ($0, digests[$0], lengths[$0]) })
            #expect(signed.status == 200)
            #expect(signed.urls.compactMap { $0["index"] as? Int } == [2, 0])
            let first = try #require(signed.urls.first)
            #expect(first["method"] as? String == "PUT")
            #expect(first["url"] as? String == "https://store.test/store-1/2")
            #expect(first["headers"] as? [String: String] == ["content-length": "4194304", "x-digest": digests[2]])
            // 15 minutes after the time of the clock.
            #expect(first["expiresAt"] as? String == "2023-11-14T22:28:20Z")

            for index in [2, 0, 1] {
                let (etag, sha256) = fixture.give(index)
                let reported = try await client.report(id, index, etag: etag, sha256: sha256)
                #expect(reported.status == 200)
                #expect(reported.json["index"] as? Int == index)
                #expect(reported.json["checksum"] as? String == sha256)
                #expect(reported.json["nextExpectedChunk"] as? Int == [2: 0, 0: 1, 1: 3][index])
            }
            #expect(try await client.status(id).received == [[0, 2]])
            for _ in 0..<2 {
                let completed = try await client.complete(id)
                #expect(completed.status == 200)
                #expect(completed.stage == "complete")
                #expect(completed.json["sha256"] == nil)
                #expect(completed.json["location"] as? String == "/files/a/b%20c")
            }
            let object = fixture.store.objects[try PresignedFixture.location("in/a/b c")]
            #expect(object?.size == PresignedFixture.size)
            #expect(fixture.store.uploads.isEmpty)
            #expect(fixture.store.calls.count { $0 == .complete } == 1)
        }
        #expect(try fixture.folder.names("uploads").isEmpty)
    }

    /// A client that ended before it could report a chunk need not send it again.
    @Test func whatNobodyHasReportedIsTold() async throws {
        let fixture = try PresignedFixture()
        try await fixture.serving { client async throws in
            let id = try await client.registerObject().uploadID
            #expect(try await client.status(id).json["unreportedChunks"] == nil)
            try await fixture.send(client, id, [1])
            fixture.give(0, "older")
            let (tag, _) = fixture.give(0)
            fixture.give(2, length: 5)
            // It is not asked each time.
            #expect(try await client.status(id).json["unreportedChunks"] == nil)
            fixture.clock.advance(by: .seconds(3))
            let told = try await client.status(id).json["unreportedChunks"] as? [[String: Any]]
            #expect(told?.compactMap { $0["index"] as? Int } == [0])
            #expect(told?.first?["etag"] as? String == tag)
            // What was reported since is none of it.
            try await fixture.send(client, id, [0])
            #expect(try await client.status(id).json["unreportedChunks"] == nil)
            #expect(fixture.store.calls.count { $0 == .parts } == 2)
            fixture.clock.advance(by: .seconds(3))
            // Nor does a store in trouble keep anybody from asking.
            fixture.store.failNext(.parts, .serverBusy)
            let status = try await client.status(id)
            #expect(status.status == 200 && status.json["unreportedChunks"] == nil)
            #expect(status.received == [[0, 1]])
        }
    }

    @Test func filesAreElsewhere() async throws {
        let fixture = try PresignedFixture()
        fixture.store.put(StoredObject(size: 5), at: try PresignedFixture.location("in/a/ü"))
        try await fixture.serving { client async throws in
            for method in ["GET", "HEAD"] {
                let answer = try await client.send(method, "/files/a/%C3%BC")
                #expect(answer.status == 307)
                #expect(answer["Location"] == "https://store.test/in/a/ü?\(method)")
                #expect(answer["Cache-Control"] == "no-store")
            }
            #expect(try await client.send("GET", "/files/a").status == 404)
            #expect(try await client.send("GET", "/files/../a").status == 404)
            #expect(try await client.send("PUT", "/files/a").status == 405)
            fixture.store.failNext(.object, .forbidden)
            let failed = try await client.send("GET", "/files/a/%C3%BC")
            #expect(failed.status == 502)
            #expect(failed.problem == "store-failed")
        }
    }

    @Test func ownersHaveTheirOwnObjects() async throws {
        let fixture = try PresignedFixture()
        fixture.store.put(StoredObject(size: 5), at: try PresignedFixture.location("in/f"))
        try await fixture.serving(prefix: "s3://bucket/in") { client async throws in
            var alice = client
            alice.owner = "alice"
            #expect(try await client.registerObject().problem == "name-taken")
            let id = try await alice.registerObject().uploadID
            #expect(fixture.store.uploads["store-1"]?.location.key == "in/alice/f")
            #expect(try await client.status(id).status == 404)
            #expect(try await client.post("/uploads/\(id)/presign", "{}").status == 404)
            #expect(try await client.report(id, 0, etag: "t", sha256: FakeChunk(0).sha256).status == 404)
            #expect(try await alice.send("GET", "/files/f").status == 404)
        }
    }

    /// Small wishes would make many requests, and an object has 10,000 parts at most.
    @Test func chunksAreAsTheStoreWantsThem() async throws {
        try await PresignedFixture().serving { client async throws in
            for (index, (wish, size, chunkSize)) in [(1, 20, 8), (16, 20, 16), (8, 100_000, 10)].enumerated() {
                let registered = try await client.registerObject(
                    "\(index)", size: Int64(size) * mebibyte, more: #","chunkSize":\#(Int64(wish) * mebibyte)"#)
                #expect(registered.json["chunkSize"] as? Int64 == Int64(chunkSize) * mebibyte)
            }
        }
    }

    @Test func whatTheStoreCannotHoldIsRefused() async throws {
        try await PresignedFixture().serving { client async throws in
            let answer = try await client.registerObject(size: ChunkPlan.largestObject + 1)
            #expect(answer.status == 413)
            #expect(answer.json["limit"] as? Int64 == ChunkPlan.largestObject)
            let name = Array(repeating: String(repeating: "n", count: 250), count: 4).joined(separator: "/")
            var longOwner = client
            longOwner.owner = String(repeating: "o", count: 40)
            #expect(try await longOwner.registerObject(name).problem == "bad-name")
        }
    }

    @Test func chunksAreNotTakenHere() async throws {
        try await PresignedFixture().serving { client async throws in
            let id = try await client.registerObject().uploadID
            // A part of the body is enough: the answer does not wait for the rest.
            let connection = try client.begin(id, 0, [UInt8](repeating: 1, count: 8 << 20), sending: 1000)
            let answer = try await onOwnThread { try connection.readResponse() }
            #expect(answer.status == 405)
            #expect(answer.problem == "method-not-allowed")
            #expect(answer["Allow"] == "POST")
            #expect(answer["Connection"] == "close")
            #expect(try await client.send("GET", "/uploads/\(id)/presign").status == 405)
        }
    }

    @Test func anEmptyFileHasNoParts() async throws {
        let fixture = try PresignedFixture()
        try await fixture.serving { client async throws in
            let id = try await client.registerObject(size: 0).uploadID
            #expect(fixture.store.calls == [.object])
            #expect(try await client.presign(id, [(0, FakeChunk(0).sha256, 0)]).problem == "bad-chunk")
            // The answer is lost.
            fixture.store.failNext(.putEmpty, .connectionLost, isLate: true)
            #expect(try await client.complete(id).status == 503)
            let done = try await client.complete(id)
            #expect(done.status == 200)
            #expect(done.json["sha256"] as? String == "\(ChunkDigest.ofEmpty)")
            let other = try await client.registerObject("g", size: 0).uploadID
            fixture.store.put(StoredObject(size: 1), at: try PresignedFixture.location("in/g"))
            #expect(try await client.complete(other).problem == "name-taken")
        }
    }

    @Test func aRegistrationIsRepeated() async throws {
        let fixture = try PresignedFixture()
        try await fixture.serving { client async throws in
            let first = try await client.registerObject(key: "k")
            let second = try await client.registerObject(key: "k")
            #expect(first.uploadID == second.uploadID)
            #expect(fixture.store.uploads.count == 1)
            #expect(try await client.registerObject("g", key: "k").problem == "idempotency-conflict")
        }
    }

    /// What was certainly not begun is forgotten at once, and does not count.
    @Test func aRefusedBeginningLeavesNothing() async throws {
        let fixture = try PresignedFixture()
        var settings = UploadSettings.test
        settings.openUploadsPerOwner = 1
        try await fixture.serving(settings) { client async throws in
            fixture.store.failNext(.createUpload, .forbidden)
            #expect(try await client.registerObject().status == 502)
            fixture.store.failNext(.createUpload, .serverBusy)
            let busy = try await client.registerObject()
            #expect(busy.status == 503)
            #expect(busy["Retry-After"] == "2")
            #expect(try await client.registerObject().status == 201)
            #expect(try await client.registerObject("g").problem == "too-many-uploads")
        }
    }
}
