import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// Servers whose store is out of reach.
@Suite(.timeLimit(.minutes(5))) struct PresignedOutageTests {
    private let fixture: PresignedFixture

    init() throws {
        fixture = try PresignedFixture()
    }

    /// Who only asks how it stands does not wait for the store.
    @Test(arguments: [FakeObjectStore.Call.parts, .isKnown]) func aSilentStoreHoldsUpNobody(
        call: FakeObjectStore.Call
    ) async throws {
        let service = try fixture.service(patience: .milliseconds(50))
        try await serving(service) { [fixture] port async throws in
            let client = UploadClient(port: port)
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id, call == .isKnown ? [0, 1, 2] : [1])
            fixture.store.hold(call)
            let status = try await client.status(id)
            #expect(status.status == 200)
            #expect(status.received == (call == .isKnown ? [[0, 2]] : [[1, 1]]))
            fixture.store.release()
        }
    }

    /// Who is asked first does not answer for a long time, and the others would not either.
    @Test func aStartAsksNoFurther() async throws {
        try await fixture.serving { [fixture] client async throws in
            for name in ["f", "g", "h"] {
                fixture.store.failNext(.createUpload, .connectionLost)
                #expect(try await client.registerObject(name).status == 503)
            }
        }
        let service = try fixture.service()
        for _ in 0..<3 { fixture.store.failNext(.uploads, .cannotConnect) }
        try await service.reconciliation.run()
        #expect(fixture.store.calls.count { $0 == .uploads } == 1)
        await service.close()
    }

    @Test func expiryDoesNotWaitForTheStart() async throws {
        try await fixture.serving { [fixture] client async throws in
            #expect(try await client.registerObject("old").status == 201)
            fixture.clock.advance(by: .seconds(7 * 86_400))
            fixture.store.failNext(.createUpload, .connectionLost)
            #expect(try await client.registerObject("new").status == 503)
        }
        fixture.store.hold(.uploads)
        try await fixture.serving { [fixture] _ async throws in
            try await eventually("the old one has ended") { fixture.store.uploads.isEmpty }
            fixture.store.release()
        }
    }

    /// Each would wait for its time limit, and what has ended long ago is forgotten all the same.
    @Test func aSweepAsksNoFurther() async throws {
        let ended = try await fixture.serving { client async throws in
            for name in ["f", "g", "h"] { #expect(try await client.registerObject(name).status == 201) }
            let id = try await client.registerObject("old").uploadID
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            return id
        }
        fixture.clock.advance(by: .seconds(8 * 86_400))
        let asked = fixture.store.calls.count { $0 == .abort }
        for _ in 0..<3 { fixture.store.failNext(.abort, .timedOut) }
        let log = RecordedLog()
        try await fixture.serving(logger: log.logger) { [fixture] client async throws in
            try await eventually("it is forgotten") { try await client.status(ended).status == 404 }
            #expect(fixture.store.calls.count { $0 == .abort } == asked + 1)
            #expect(log.all.count == 1)
            #expect(log.lines("expired uploads stay until the object store can be reached").count == 1)
        }
    }

    /// Nobody waits for it, and still it is told once it is there.
    @Test func aSlowListComesToItsEnd() async throws {
        let service = try fixture.service(patience: .milliseconds(50))
        try await serving(service) { [fixture] port async throws in
            let client = UploadClient(port: port)
            let id = try await client.registerObject().uploadID
            fixture.give(0)
            fixture.store.hold(.parts)
            for _ in 0..<2 {
                #expect(try await client.status(id).json["unreportedChunks"] == nil)
                fixture.clock.advance(by: .seconds(6))
            }
            fixture.store.release()
            try await eventually("it is told") {
                (try await client.status(id).json["unreportedChunks"] as? [Any])?.count == 1
            }
            #expect(fixture.store.calls.count { $0 == .parts } == 1)
        }
    }
}
