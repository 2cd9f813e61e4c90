import TestSupport
import Testing
import TransferCore

@testable import UploadServer

/// What is asked for and reported of single chunks.
@Suite(.timeLimit(.minutes(5))) struct PresignedRequestTests {
    private static let digest = FakeChunk(0).sha256

    @Test func wrongWishesAreRefused() async throws {
        try await PresignedFixture().serving { client async throws in
            let id = try await client.registerObject().uploadID
            let chunk = { (index: String, sha256: String, length: String) in
                #"{"index":\#(index),"sha256":"\#(sha256)","length":\#(length)}"#
            }
            let good = chunk("0", Self.digest, "8388608")
            let many = (0..<101).map { _ in good }.joined(separator: ",")
            for (body, problem) in [
                ("", "bad-request"), ("{}", "bad-request"), (#"{"chunks":[]}"#, "bad-request"),
                (#"{"chunks":[\#(many)]}"#, "bad-request"), (#"{"chunks":[\#(good),\#(good)]}"#, "bad-chunk"),
                (#"{"chunks":[\#(chunk("3", Self.digest, "8388608"))]}"#, "bad-chunk"),
                (#"{"chunks":[\#(chunk("-1", Self.digest, "8388608"))]}"#, "bad-chunk"),
                (#"{"chunks":[\#(chunk("0", Self.digest, "8388607"))]}"#, "wrong-length"),
                (#"{"chunks":[\#(chunk("2", Self.digest, "8388608"))]}"#, "wrong-length"),
                (#"{"chunks":[\#(chunk("0", "00", "8388608"))]}"#, "bad-checksum"),
                (#"{"chunks":[\#(chunk("0", Self.digest, #""8388608""#))]}"#, "bad-request"),
            ] {
                let answer = try await client.post("/uploads/\(id)/presign", body)
                #expect(answer.status == 400, "\(body.prefix(80))")
                #expect(answer.problem == problem, "\(body.prefix(80))")
            }
            let tooLong = String(repeating: " ", count: PresignRequest.maximumBody + 1)
            #expect(try await client.post("/uploads/\(id)/presign", tooLong).status == 413)
            #expect(try await client.post("/uploads/\(id)/presign", #"{"chunks":[\#(good)]}"#).status == 200)
        }
    }

    @Test func ahundredChunksAtATime() async throws {
        try await PresignedFixture().serving { client async throws in
            let id = try await client.registerObject(size: 800 * PresignedFixture.mebibyte).uploadID
            let answer = try await client.presign(id, (0..<100).map { ($0, Self.digest, 8 << 20) })
            #expect(answer.urls.compactMap { $0["index"] as? Int } == Array(0..<100))
        }
    }

    @Test func wrongReportsAreRefused() async throws {
        try await PresignedFixture().serving { client async throws in
            let id = try await client.registerObject().uploadID
            let tooLong = String(repeating: "t", count: 1025)
            for (index, body, problem) in [
                ("0", "", "bad-request"), ("0", #"{"sha256":"\#(Self.digest)"}"#, "bad-request"),
                ("0", #"{"etag":"","sha256":"\#(Self.digest)"}"#, "bad-request"),
                ("0", #"{"etag":"\#(tooLong)","sha256":"\#(Self.digest)"}"#, "bad-request"),
                ("0", #"{"etag":"a\nb","sha256":"\#(Self.digest)"}"#, "bad-request"),
                ("0", #"{"etag":"t","sha256":"x"}"#, "bad-checksum"),
                ("3", #"{"etag":"t","sha256":"\#(Self.digest)"}"#, "bad-chunk"),
                ("00", #"{"etag":"t","sha256":"\#(Self.digest)"}"#, "bad-chunk"),
            ] {
                let answer = try await client.post("/uploads/\(id)/chunks/\(index)", body)
                #expect(answer.status == 400, "\(index) \(body.prefix(80))")
                #expect(answer.problem == problem, "\(index) \(body.prefix(80))")
            }
            #expect(try await client.status(id).received == [])
        }
    }

    @Test func aReportIsRepeatedOrContradicted() async throws {
        let fixture = try PresignedFixture()
        try await fixture.serving { client async throws in
            let id = try await client.registerObject().uploadID
            let (etag, sha256) = fixture.give(0)
            for _ in 0..<2 {
                let answer = try await client.report(id, 0, etag: etag, sha256: sha256)
                #expect(answer.status == 200)
                #expect(answer.json["nextExpectedChunk"] as? Int == 1)
            }
            let other = FakeChunk(0, "other").sha256
            let conflict = try await client.report(id, 0, etag: etag, sha256: other)
            #expect(conflict.status == 409)
            #expect(conflict.problem == "chunk-conflict")
            let wish = try await client.presign(id, [(0, other, 8 << 20)])
            #expect(wish.status == 409)
            #expect(wish.problem == "chunk-conflict")
            #expect(try await client.presign(id, [(0, sha256, 8 << 20)]).status == 200)
        }
    }

    /// A chunk that was sent twice is what the store calls it last.
    @Test func theLatestTagCounts() async throws {
        let fixture = try PresignedFixture()
        let id = try await fixture.serving { client async throws in
            let id = try await client.registerObject().uploadID
            for tag in [#""one""#, #""two""#] {
                #expect(try await client.report(id, 0, etag: tag, sha256: Self.digest).status == 200)
            }
            return id
        }
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            #expect(try ledger.receipts(of: upload.key).map(\.entityTag) == [#""two""#])
            #expect(upload.receivedCount == 1)
        }
    }

    @Test func afterTheEndNothingIsTaken() async throws {
        let fixture = try PresignedFixture()
        try await fixture.serving { client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            #expect(try await client.complete(id).status == 200)
            #expect(try await client.report(id, 0, etag: "t", sha256: FakeChunk(0).sha256).status == 200)
            #expect(try await client.report(id, 0, etag: "t", sha256: FakeChunk(1).sha256).status == 409)
            #expect(try await client.presign(id, [(0, FakeChunk(0).sha256, 8 << 20)]).status == 409)
            let other = try await client.registerObject("g").uploadID
            #expect(try await client.send("DELETE", "/uploads/\(other)").status == 204)
            #expect(try await client.report(other, 0, etag: "t", sha256: FakeChunk(0).sha256).status == 410)
            #expect(try await client.presign(other, [(0, FakeChunk(0).sha256, 8 << 20)]).status == 410)
        }
    }
}
