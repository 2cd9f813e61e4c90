import GRDB
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// What a start finds after a server has ended at any step.
@Suite(.timeLimit(.minutes(5))) struct PresignedRestartTests {
    private let fixture: PresignedFixture
    private let location: S3Location

    init() throws {
        fixture = try PresignedFixture()
        location = try PresignedFixture.location("in/f")
    }

    @Test func reportsStay() async throws {
        let id = try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id, [1])
            return id
        }
        try await fixture.serving { [fixture] client async throws in
            #expect(try await client.status(id).received == [[1, 1]])
            try await fixture.send(client, id, [0, 2])
            #expect(try await client.complete(id).status == 200)
        }
    }

    // MARK: Before the store's answer to the beginning was recorded

    /// Ends a server after the upload was recorded, and perhaps begun at the store.
    private func crashOnBeginning(begun: Bool) async throws {
        try await fixture.serving { [fixture] client async throws in
            fixture.store.failNext(.createUpload, .connectionLost, isLate: begun)
            #expect(try await client.registerObject(key: "k").status == 503)
        }
    }

    @Test func whatWasNotBegunBeginsWhenItsClientComesBack() async throws {
        try await crashOnBeginning(begun: false)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the store was asked") { fixture.store.calls.contains(.uploads) }
            #expect(fixture.store.uploads.isEmpty)
            #expect(try await client.registerObject(key: "k").status == 201)
            #expect(fixture.store.uploads.count == 1)
        }
    }

    @Test func whatWasBegunIsFound() async throws {
        try await crashOnBeginning(begun: true)
        // The store does not answer at first.
        fixture.store.failNext(.uploads, .cannotConnect)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the store was asked") { fixture.store.calls.contains(.uploads) }
            let id = try await client.registerObject(key: "k").uploadID
            #expect(fixture.store.uploads.count == 1)
            try await fixture.send(client, id)
            #expect(try await client.complete(id).status == 200)
        }
        #expect(fixture.store.uploads.isEmpty)
    }

    /// At the start nobody has to come back for it.
    @Test func whatWasBegunIsFoundAtTheStart() async throws {
        try await crashOnBeginning(begun: true)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the store was asked") { fixture.store.calls.contains(.parts) }
        }
        fixture.clock.advance(by: .seconds(8 * 86_400))
        try await fixture.serving { [fixture] _ async throws in
            try await eventually("it has expired at the store") { fixture.store.uploads.isEmpty }
        }
    }

    enum Stranger: CaseIterable { case older, younger, withParts, otherKey, ofAnotherUpload, undated }

    /// What others have begun is never touched.
    @Test(arguments: Stranger.allCases) func whatOthersBeganIsLeftAlone(stranger: Stranger) async throws {
        try await crashOnBeginning(begun: false)
        let now = fixture.clock.wallTime()
        switch stranger {
        case .older: fixture.store.begin(location, initiated: now + .seconds(-16 * 60))
        case .younger: fixture.store.begin(location, initiated: now + .seconds(16 * 60))
        case .withParts:
            fixture.store.begin(location, parts: [S3Part(number: 1, size: 1, entityTag: "x")])
        case .otherKey: fixture.store.begin(try PresignedFixture.location("in/f2"))
        case .undated: fixture.store.beginUndated(location)
        case .ofAnotherUpload:
            let id = fixture.store.begin(location)
            try fixture.edit { [location] ledger in
                let name = try #require(FileName("f"))
                let upload = UploadRecord(
                    key: 0, id: .random(), owner: .nobody, name: name,
                    plan: ChunkPlan(size: 1, exactChunkSize: 1), status: .inProgress,
                    file: InodeIdentity(inode: 0, birthTime: 0), nextExpectedChunk: 0, receivedCount: 0,
                    activeAt: now, object: StoreUpload(location: location, uploadID: id))
                _ = try ledger.register(
                    upload, as: Registration(name: name, size: 1), idempotencyKey: nil, at: now)
            }
        }
        try await fixture.serving { [fixture] client async throws in
            #expect(try await client.registerObject(key: "k").status == 201)
            #expect(fixture.store.uploads.count == 2)
            #expect(fixture.store.uploads["store-1"] != nil)
        }
    }

    /// What the store was asked for when it began counts, not what it would be asked for now.
    @Test(arguments: [true, false]) func whatWasBegunIsAsItBegan(keepsChecksums: Bool) async throws {
        if !keepsChecksums { fixture.store.keepNoChecksums() }
        try await crashOnBeginning(begun: true)
        try await fixture.serving { client in _ = try await client.registerObject(key: "k") }
        let id = try fixture.id(ofKey: "k")
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            #expect(upload.object?.uploadID == "store-1")
            #expect(upload.object?.hasChecksums == keepsChecksums)
        }
    }

    // MARK: While the object was being made

    /// Ends a server that has all chunks and has recorded that it is about to complete.
    private func crashOnCompletion() async throws -> String {
        let id = try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject(key: "k").uploadID
            try await fixture.send(client, id)
            return id
        }
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            try ledger.beginAssembly(of: upload.key, expecting: nil, at: upload.activeAt)
        }
        return id
    }

    private func completeAtTheStore() async throws {
        let (id, upload) = try #require(fixture.store.uploads.first)
        try await fixture.store.complete(
            StoreUpload(location: location, uploadID: id), upload.parts, size: PresignedFixture.size)
    }

    @Test func anObjectThatIsThereIsComplete() async throws {
        let id = try await crashOnCompletion()
        try await completeAtTheStore()
        try await fixture.serving { client async throws in
            try await eventually("it is complete") { try await client.status(id).stage == "complete" }
            #expect(try await client.complete(id).status == 200)
        }
    }

    /// Without waiting for what the start does.
    @Test func aClientMayComeFirst() async throws {
        let id = try await crashOnCompletion()
        try await completeAtTheStore()
        fixture.store.failNext(.isKnown, .cannotConnect)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the store was asked") { fixture.store.calls.contains(.isKnown) }
            #expect(try await client.complete(id).status == 200)
        }
    }

    @Test func anUploadThatIsThereGoesOn() async throws {
        let id = try await crashOnCompletion()
        try await fixture.serving { client async throws in
            try await eventually("it goes on") { try await client.status(id).stage == "in_progress" }
            #expect(try await client.complete(id).status == 200)
        }
    }

    @Test func anUploadThatIsNotThereIsGone() async throws {
        let id = try await crashOnCompletion()
        fixture.store.forgetUploads()
        try await fixture.serving { client async throws in
            try await eventually("it is gone") { try await client.status(id).status == 410 }
            #expect(try await client.registerObject(key: "k").status == 201)
        }
    }

    // MARK: The folder

    @Test func aFolderHasOneKindOfUploads() async throws {
        try await fixture.serving { client in _ = try await client.registerObject() }
        let direct = #expect(throws: DataFolderError.self) {
            try UploadService(folder: fixture.folder.path, settings: .test, logger: .silent)
        }
        #expect(
            direct?.description
                == "\(fixture.folder.path) has unfinished uploads whose chunks are in the bucket bucket: "
                + "serve those first, or name another folder")
        #expect(throws: DataFolderError.self) { try fixture.service(prefix: "s3://other/") }
        let moved = #expect(throws: DataFolderError.self) { try fixture.service(endpoint: "http://other.test:9") }
        #expect(
            moved?.description.contains("at the store http://store.test, not at http://other.test:9") == true)

        let folder = try TemporaryFolder.data()
        try await serving(folder) { port async throws in
            _ = try await UploadClient(port: port).register("f", size: 1)
        }
        let target = ObjectStoreSettings(
            location: location, endpoint: try S3Endpoint(url: "http://store.test", region: nil), access: NoAccess(),
            options: StoreOptions(), client: ScriptedClient([]))
        let other = #expect(throws: DataFolderError.self) {
            try PresignedService(folder: folder.path, settings: .test, target: target, logger: .silent)
        }
        #expect(other?.description.contains("whose chunks are in the folder itself") == true)
    }

    @Test func anEmptyFolderMayMove() async throws {
        try await fixture.serving { client async throws in
            let id = try await client.registerObject().uploadID
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
        }
        await (try fixture.service(endpoint: "http://other.test")).close()
    }

    @Test func aLedgerOfTheFirstVersionIsTakenUp() throws {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.path("server.db"))
        try LedgerSchema.migrator.migrate(queue, upTo: "v1: uploads, chunks")
        let id = UploadID.random()
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO uploads (uploadId, owner, name, size, chunkSize, status, inode, birthTime, createdAt,
                        activeAt) VALUES (?, '', 'f', 100000, 65536, 'in_progress', 5, 7, 1, 1)
                    """, arguments: [id.description])
            try db.execute(sql: "INSERT INTO chunks (upload, idx, sha256) VALUES (1, 1, zeroblob(32))")
        }
        try queue.close()
        let ledger = try SQLiteLedger(path: folder.path("server.db"), logger: .silent)
        let upload = try #require(try ledger.upload(id))
        #expect(upload.object == nil)
        #expect(try ledger.received(upload.key, limit: 9).ranges == [1...1])
        _ = try ledger.record([ReceivedChunk(upload: upload.key, index: 0, digest: .ofEmpty)], at: upload.activeAt)
        try ledger.checkHome(nil, folder: folder.path)
    }
}
