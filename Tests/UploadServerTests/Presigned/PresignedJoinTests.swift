import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// Requests that come while other work on their upload is under way: none takes the end of that for its own.
@Suite(.timeLimit(.minutes(5))) struct PresignedJoinTests {
    private let fixture: PresignedFixture
    private let location: S3Location

    init() throws {
        fixture = try PresignedFixture()
        location = try PresignedFixture.location("in/f")
    }

    /// Ends a server that has all chunks of an upload and has recorded that it is about to complete it.
    private func crashOnCompletion(size: Int64 = PresignedFixture.size) async throws -> String {
        let id = try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject(size: size).uploadID
            let chunks = Int((size - 1) / (8 << 20)) + 1
            for index in 0..<chunks {
                let (etag, sha256) = fixture.give(index, length: min(8 << 20, size - Int64(index) * (8 << 20)))
                #expect(try await client.report(id, index, etag: etag, sha256: sha256).status == 200)
            }
            return id
        }
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            try ledger.beginAssembly(of: upload.key, expecting: nil, at: upload.activeAt)
        }
        return id
    }

    /// The start only asks the store; nothing is completed by that.
    @Test func aCompletionIsItsOwnWork() async throws {
        let id = try await crashOnCompletion()
        fixture.store.hold(.isKnown)
        try await fixture.serving { [fixture, location] client async throws in
            try await eventually("the start asks the store") { fixture.store.heldCount == 1 }
            let completion = Task { try await client.complete(id) }
            // So that the other request is there by now; if not, nothing is wrong either.
            for _ in 0..<5 { #expect(try await client.status(id).stage == "assembling") }
            fixture.store.release()
            #expect(try await completion.value.status == 200)
            #expect(fixture.store.objects[location] != nil)
        }
    }

    /// What the start compares with is no digest at all.
    @Test func otherWorkHasNoOtherDigest() async throws {
        let id = try await crashOnCompletion(size: PresignedFixture.mebibyte)
        var settings = UploadSettings.test
        settings.completePatience = .milliseconds(100)
        fixture.store.hold(.isKnown)
        try await fixture.serving(settings) { [fixture, location] client async throws in
            try await eventually("the start asks the store") { fixture.store.heldCount == 1 }
            let digest = #"{"sha256":"\#(FakeChunk(0).sha256)"}"#
            #expect(try await client.complete(id, digest).status == 202)
            fixture.store.release()
            try await eventually("it is complete") { try await client.complete(id, digest).status == 200 }
            #expect(fixture.store.objects[location] != nil)
        }
    }

    @Test func anUploadThatIsLostMeanwhileIsGone() async throws {
        let id = try await crashOnCompletion()
        fixture.store.forgetUploads()
        fixture.store.hold(.isKnown)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the start asks the store") { fixture.store.heldCount == 1 }
            let completion = Task { try await client.complete(id) }
            for _ in 0..<5 { #expect(try await client.status(id).stage == "assembling") }
            fixture.store.release()
            #expect(try await completion.value.status == 410)
        }
    }

    // MARK: Beginning

    /// Ends a server after the upload was recorded, and perhaps begun at the store.
    private func crashOnBeginning(begun: Bool) async throws -> String {
        try await fixture.serving { [fixture] client async throws in
            fixture.store.failNext(.createUpload, .connectionLost, isLate: begun)
            #expect(try await client.registerObject(key: "k").status == 503)
        }
        return try fixture.id(ofKey: "k")
    }

    /// The start only looks for what was begun before.
    @Test func aRegistrationIsItsOwnWork() async throws {
        _ = try await crashOnBeginning(begun: false)
        fixture.store.hold(.uploads)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the start asks the store") { fixture.store.heldCount == 1 }
            let registration = Task { try await client.registerObject(key: "k") }
            for _ in 0..<5 { _ = try await client.status("x") }
            fixture.store.release()
            #expect(try await registration.value.status == 201)
            #expect(fixture.store.uploads.count == 1)
        }
    }

    @Test(arguments: [true, false]) func whoeverAsksBegins(byStatus: Bool) async throws {
        let id = try await crashOnBeginning(begun: false)
        try await fixture.serving { [fixture] client async throws in
            try await eventually("the start has looked") { fixture.store.calls.contains(.uploads) }
            if byStatus {
                #expect(try await client.status(id).status == 200)
            } else {
                #expect(try await client.presign(id, [(0, FakeChunk(0).sha256, 8 << 20)]).status == 200)
            }
            #expect(fixture.store.uploads.count == 1)
        }
    }

    /// Nobody knows what the store calls an upload whose beginning was not answered.
    @Test func whatEndsBeforeItBeginsIsLookedFor() async throws {
        try await fixture.serving { [fixture] client async throws in
            fixture.store.failNext(.createUpload, .connectionLost, isLate: true)
            #expect(try await client.registerObject(key: "k").status == 503)
            let id = try fixture.id(ofKey: "k")
            #expect(fixture.store.uploads.count == 1)
            fixture.store.failNext(.uploads, .cannotConnect)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 503)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            #expect(fixture.store.uploads.isEmpty)
        }
    }

    /// The search at the start found nothing, and then the store was asked again.
    @Test func aSecondLostBeginningIsFoundToo() async throws {
        _ = try await crashOnBeginning(begun: false)
        let service = try fixture.service()
        try await serving(service) { [fixture] port async throws in
            let client = UploadClient(port: port)
            try await eventually("the start has looked") { fixture.store.calls.contains(.uploads) }
            fixture.store.failNext(.createUpload, .connectionLost, isLate: true)
            #expect(try await client.registerObject(key: "k").status == 503)
            let asked = fixture.store.calls.count { $0 == .uploads }
            try await service.reconciliation.run()
            #expect(fixture.store.calls.count { $0 == .uploads } == asked + 1)
            let id = try fixture.id(ofKey: "k")
            try await fixture.send(client, id)
            #expect(try await client.complete(id).status == 200)
            #expect(fixture.store.uploads.isEmpty)
        }
    }

    /// Two uploads to one key may both have lost their answers: neither is taken for both.
    @Test func oneLostBeginningIsFoundOnce() async throws {
        try await fixture.serving { [fixture] client async throws in
            for key in ["a", "b"] {
                fixture.store.failNext(.createUpload, .connectionLost, isLate: key == "a")
                #expect(try await client.registerObject(key: key).status == 503)
            }
            #expect(fixture.store.uploads.count == 1)
            async let first = client.registerObject(key: "a")
            async let second = client.registerObject(key: "b")
            let statuses = try await [first.status, second.status]
            #expect(statuses == [201, 201])
            #expect(fixture.store.uploads.count == 2)
        }
    }

    /// The other upload to the same object finds what this one has begun, and sends to it.
    @Test func whatAnotherUploadHasFoundIsItsOwn() async throws {
        try await fixture.serving { [fixture] client async throws in
            fixture.store.failNext(.createUpload, .connectionLost)
            #expect(try await client.registerObject(key: "a").status == 503)
            fixture.store.holdAnswers(.createUpload)
            let second = Task { try await client.registerObject(key: "b") }
            try await eventually("the store has begun it") { fixture.store.uploads.count == 1 }
            #expect(try await client.registerObject(key: "a").status == 201)
            fixture.store.release()
            let refused = try await second.value
            #expect(refused.status == 503)
            #expect(refused["Retry-After"] == "2")
            #expect(!fixture.store.calls.contains(.abort))
            #expect(try await client.registerObject(key: "b").status == 201)
            #expect(fixture.store.uploads.count == 2)
        }
    }

    @Test func aConflictIsNoFailureOfTheServer() async {
        let problem = await #expect(throws: Problem.self) {
            try await StoreFailure.translating { throw LedgerConflict(reason: "begun already") }
        }
        #expect(problem?.kind == .busy)
        #expect(problem?.cause is LedgerConflict)
    }
}
