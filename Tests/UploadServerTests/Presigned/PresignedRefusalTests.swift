import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// What the store says to a completion, and what its words are worth.
@Suite(.timeLimit(.minutes(5))) struct PresignedRefusalTests {
    private let fixture: PresignedFixture
    private let location: S3Location

    init() throws {
        fixture = try PresignedFixture()
        location = try PresignedFixture.location("in/f")
    }

    /// Nobody else would end our upload then.
    @Test func ourUploadEndsIfItsObjectIsThere() async throws {
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            let parts = fixture.store.uploads.values.flatMap(\.parts)
            fixture.store.put(FakeObjectStore.object(of: parts), at: location)
            fixture.store.failNext(.abort, .cannotConnect)
            #expect(try await client.complete(id).status == 503)
            #expect(try await client.complete(id).status == 200)
            #expect(fixture.store.uploads.isEmpty)
        }
    }

    /// The conflict may be with our own completion, whose answer was lost.
    @Test func aRaceWithOurselvesIsWon() async throws {
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.failNext(.complete, .remoteConflict, isLate: true)
            #expect(try await client.complete(id).status == 200)
            #expect(fixture.store.objects[location] != nil)
            #expect(fixture.store.uploads.isEmpty)
        }
    }

    /// There is nothing to end, and nothing to send again.
    @Test func anEmptyFileThatLosesARaceTriesAgain() async throws {
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject(size: 0).uploadID
            fixture.store.failNext(.putEmpty, .remoteConflict)
            let refused = try await client.complete(id)
            #expect(refused.status == 503)
            #expect(refused["Retry-After"] == "2")
            #expect(!fixture.store.calls.contains(.abort))
            #expect(try await client.complete(id).status == 200)
            #expect(fixture.store.objects[location]?.size == 0)
        }
    }

    /// It lists them, and still does not take them: they have to be sent again.
    @Test(arguments: [TransferError.Code.incomplete, .digestMismatchOfChunk])
    func partsThatTheStoreDoesNotTakeAreMissing(code: TransferError.Code) async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.failNext(.complete, code)
            let answer = try await client.complete(id)
            #expect(answer.problem == "incomplete")
            #expect(answer.json["missingChunks"] as? [[Int]] == [[0, 2]])
            let status = try await client.status(id)
            #expect(status.received == [])
            // To name them would only bring them back.
            #expect(status.json["unreportedChunks"] == nil)
            try await fixture.send(client, id)
            #expect(try await client.complete(id).status == 200)
        }
    }

    /// What a store says may be about its credentials or its insides.
    @Test func theStoresWordsAreNotForClients() async throws {
        try await fixture.serving { [fixture] client async throws in
            for code in [TransferError.Code.forbidden, .serverBusy, .remoteFull] {
                fixture.store.failNext(.object, code)
                let answer = try await client.send("GET", "/files/f")
                #expect(answer.status >= 500)
                let detail = try #require(answer.json["detail"] as? String)
                #expect(!detail.contains("scripted"))
            }
        }
    }

    @Test func tagsAreShort() async throws {
        try await fixture.serving { client async throws in
            let id = try await client.registerObject().uploadID
            for (length, status) in [(129, 400), (128, 200)] {
                let tag = String(repeating: "t", count: length)
                #expect(try await client.report(id, 0, etag: tag, sha256: FakeChunk(0).sha256).status == status)
            }
        }
    }

    /// What the client says of its content was compared by nobody then.
    @Test func aStoreWithoutChecksumsComparesNothing() async throws {
        fixture.store.keepNoChecksums()
        let (size, digest) = (PresignedFixture.mebibyte, FakeChunk(0).sha256)
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject(size: size).uploadID
            let (etag, sha256) = fixture.give(0, length: size)
            #expect(try await client.report(id, 0, etag: etag, sha256: sha256).status == 200)
            #expect(try await client.complete(id, #"{"sha256":"\#(digest)"}"#).problem == "digest-not-supported")
            let done = try await client.complete(id)
            #expect(done.status == 200)
            #expect(done.json["sha256"] == nil)
        }
    }
}
