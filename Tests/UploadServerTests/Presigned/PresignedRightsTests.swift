import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// Servers whose credentials may write, and not look at everything; or whose store cannot tell.
@Suite(.timeLimit(.minutes(5))) struct PresignedRightsTests {
    private let fixture: PresignedFixture
    private let location: S3Location

    init() throws {
        fixture = try PresignedFixture()
        location = try PresignedFixture.location("in/f")
    }

    /// Without the right to list, a key that is free looks like one that is forbidden.
    @Test(arguments: [TransferError.Code.forbidden, .unsupported])
    func whatCannotBeLookedAtIsFree(code: TransferError.Code) async throws {
        fixture.store.refuse(.object, code)
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            #expect(try await client.complete(id).status == 200)
            #expect(fixture.store.objects[location] != nil)
            // It is taken now, which the end tells.
            let second = try await client.registerObject().uploadID
            try await fixture.send(client, second)
            #expect(try await client.complete(second).problem == "name-taken")
        }
    }

    /// Ends a server after the store has begun an upload, and forbids to look for it.
    private func loseBeginning(_ code: TransferError.Code) async throws -> String {
        try await fixture.serving { [fixture] client async throws in
            fixture.store.failNext(.createUpload, .connectionLost, isLate: true)
            #expect(try await client.registerObject(key: "k").status == 503)
        }
        fixture.store.refuse(.uploads, code)
        return try fixture.id(ofKey: "k")
    }

    @Test(arguments: [TransferError.Code.forbidden, .unsupported])
    func whatCannotBeLookedForBeginsAnew(code: TransferError.Code) async throws {
        let id = try await loseBeginning(code)
        try await fixture.serving { client async throws in
            #expect(try await client.registerObject(key: "k").uploadID == id)
            #expect(fixture.store.uploads.count == 2)
        }
    }

    @Test func whatCannotBeLookedForEnds() async throws {
        let id = try await loseBeginning(.forbidden)
        try await fixture.serving { client async throws in
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
        }
    }

    @Test func whatCannotBeLookedForExpires() async throws {
        let id = try await loseBeginning(.forbidden)
        fixture.clock.advance(by: .seconds(8 * 86_400))
        try await fixture.serving { client async throws in
            // The start may be looking for it at first.
            try await eventually("another one takes its place") {
                let registered = try await client.registerObject(key: "k")
                return registered.status == 201 && registered.uploadID != id
            }
        }
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            #expect(upload.status == .expired)
        }
    }

    /// A completion whose end is not known comes to one all the same.
    @Test func whatTheStoreDoesNotKnowIsGone() async throws {
        let id = try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject(key: "k").uploadID
            try await fixture.send(client, id)
            return id
        }
        try fixture.edit { ledger in
            let upload = try #require(try UploadID(id).flatMap { try ledger.upload($0) })
            try ledger.beginAssembly(of: upload.key, expecting: nil, at: upload.activeAt)
        }
        fixture.store.forgetUploads()
        fixture.store.refuse(.object, .forbidden)
        try await fixture.serving { client async throws in
            try await eventually("it is gone") { try await client.status(id).status == 410 }
        }
    }
}
