import Foundation
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// How uploads end that do not become objects: at the store first, and then here.
@Suite(.timeLimit(.minutes(5))) struct PresignedEndTests {
    private let fixture: PresignedFixture

    init() throws {
        fixture = try PresignedFixture()
    }

    @Test func aDeletedUploadEndsAtTheStoreFirst() async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id, [0])
            fixture.store.failNext(.abort, .cannotConnect)
            let failed = try await client.send("DELETE", "/uploads/\(id)")
            #expect(failed.status == 503)
            #expect(failed.problem == "busy")
            #expect(try await client.status(id).received == [[0, 0]])
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            #expect(fixture.store.uploads.isEmpty)
            #expect(try await client.status(id).status == 410)
        }
    }

    /// One that asks meanwhile finds the same upload, not another one that would take chunks.
    @Test func whatIsBeingEndedIsGoneForAll() async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            fixture.store.hold(.abort)
            let deletion = Task { try await client.send("DELETE", "/uploads/\(id)") }
            try await eventually("it is being ended") { fixture.store.heldCount == 1 }
            for _ in 0..<2 { #expect(try await client.status(id).status == 410) }
            let chunk = FakeChunk(0)
            #expect(try await client.report(id, 0, etag: chunk.entityTag, sha256: chunk.sha256).status == 410)
            fixture.store.failNext(.abort, .cannotConnect)
            fixture.store.release()
            #expect(try await deletion.value.status == 503)
            #expect(try await client.status(id).stage == "in_progress")
        }
    }

    /// A part that was on its way may arrive after the end of its upload.
    @Test func theEndIsRepeatedUntilNoPartIsLeft() async throws {
        let store = FakeObjectStore()
        let location = try PresignedFixture.location("in/f")
        let upload = StoreUpload(location: location, uploadID: store.begin(location), hasChecksums: true)
        try await LingeringStore(base: store, rounds: 2).end(upload)
        #expect(store.calls.count { $0 == .abort } == 3)
        let stubborn = LingeringStore(base: store, rounds: 100)
        await #expect(throws: TransferError.self) { try await stubborn.end(upload) }
    }

    @Test func expiredUploadsEndAtTheStore() async throws {
        let id = try await fixture.serving { [fixture] client async throws in
            // Somebody else's, to the same key.
            fixture.store.begin(try PresignedFixture.location("in/f"))
            return try await client.registerObject().uploadID
        }
        #expect(fixture.store.uploads.count == 2)
        fixture.clock.advance(by: .seconds(8 * 86_400))
        fixture.store.failNext(.abort, .cannotConnect)
        // The first sweep fails, and the upload stays as it is for the next one.
        try await fixture.serving { [fixture] client async throws in
            try await eventually("a sweep was tried") { fixture.store.calls.contains(.abort) }
            #expect(fixture.store.uploads.count == 2)
        }
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the upload has ended") { fixture.store.uploads.count == 1 }
            #expect(fixture.store.uploads["store-1"] != nil)
            try await eventually("the server knows it") {
                try await client.status(id).json["detail"] as? String == "the upload has expired or was aborted"
            }
        }
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            #expect(upload.status == .expired)
        }
    }

    /// Somebody has ended it at the store, where the server does not see it.
    @Test(arguments: [true, false]) func aVanishedUploadIsNoticed(byStatus: Bool) async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            let ask = {
                byStatus
                    ? try await client.status(id)
                    : try await client.presign(id, [(0, FakeChunk(0).sha256, 8 << 20)])
            }
            #expect(try await ask().status == 200)
            fixture.store.forgetUploads()
            // The store is not asked each time.
            #expect(try await ask().status == 200)
            // Those who ask for the parts are told by the way.
            let call = byStatus ? FakeObjectStore.Call.parts : .isKnown
            #expect(fixture.store.calls.count { $0 == call } == 1)
            fixture.clock.advance(by: .seconds(11))
            fixture.store.failNext(call, .cannotConnect)
            #expect(try await ask().status == 200)
            fixture.clock.advance(by: .seconds(11))
            let answer = try await ask()
            #expect(answer.status == 410)
            #expect(answer.problem == "gone")
        }
    }

    /// The completion's answer was lost, and then the client asked how it stands.
    @Test func aVanishedUploadMayBeComplete() async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.failNext(.complete, .connectionLost, isLate: true)
            #expect(try await client.complete(id).status == 503)
            #expect(try await client.status(id).stage == "complete")
        }
    }
}

/// Parts that are still there for some rounds after the end of their upload.
private final class LingeringStore: ObjectStore {
    private let base: FakeObjectStore
    private let rounds: Int

    init(base: FakeObjectStore, rounds: Int) {
        self.base = base
        self.rounds = rounds
    }

    func parts(of upload: StoreUpload) async throws -> [S3Part] {
        if base.calls.count(where: { $0 == .abort }) <= rounds {
            return [S3Part(number: 1, size: 1, entityTag: "late")]
        }
        throw TransferError(.uploadLost, "gone")
    }

    func object(at location: S3Location) async throws -> StoredObject? { try await base.object(at: location) }

    func createUpload(
        to location: S3Location, willTry: @escaping @Sendable (Bool) async throws -> Void
    ) async throws -> StoreUpload {
        try await base.createUpload(to: location, willTry: willTry)
    }

    func uploads(to location: S3Location) async throws -> [UnfinishedUpload] { try await base.uploads(to: location) }
    func isKnown(_ upload: StoreUpload) async throws -> Bool { try await base.isKnown(upload) }

    func complete(_ upload: StoreUpload, _ parts: [S3Part], size: Int64) async throws {
        try await base.complete(upload, parts, size: size)
    }

    func abort(_ upload: StoreUpload) async throws { try await base.abort(upload) }
    func putEmpty(at location: S3Location) async throws { try await base.putEmpty(at: location) }

    func presign(
        _ chunk: Int, of upload: StoreUpload, _ digest: ChunkDigest, length: Int64, validity: Duration
    ) async throws -> SignedRequest {
        try await base.presign(chunk, of: upload, digest, length: length, validity: validity)
    }

    func presign(_ method: String, _ location: S3Location, validity: Duration) async throws -> SignedRequest {
        try await base.presign(method, location, validity: validity)
    }
}
