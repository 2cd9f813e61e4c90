import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// How an upload becomes an object, or does not.
@Suite(.timeLimit(.minutes(5))) struct PresignedCompletionTests {
    private let fixture: PresignedFixture
    private let location: S3Location

    init() throws {
        fixture = try PresignedFixture()
        location = try PresignedFixture.location("in/f")
    }

    @Test func missingChunksAreNamed() async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id, [1])
            let answer = try await client.complete(id)
            #expect(answer.status == 409)
            #expect(answer.problem == "incomplete")
            #expect(answer.json["missingChunks"] as? [[Int]] == [[0, 0], [2, 2]])
            #expect(!fixture.store.calls.contains(.parts))
        }
    }

    enum Damage: CaseIterable { case tag, size, checksum, absent }

    /// What the client has reported counts only if the store says the same.
    @Test(arguments: Damage.allCases) func whatTheStoreDoesNotHaveIsMissing(damage: Damage) async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.changeParts { parts in
                let part = parts.remove(at: 1)
                let other = FakeChunk(1, "other")
                switch damage {
                case .tag:
                    parts.append(S3Part(number: 2, size: part.size, entityTag: other.entityTag))
                case .size: parts.append(S3Part(number: 2, size: part.size - 1, entityTag: part.entityTag))
                case .checksum:
                    parts.append(
                        S3Part(
                            number: 2, size: part.size, entityTag: part.entityTag,
                            checksums: [.sha256: other.sha256]))
                case .absent: break
                }
            }
            let answer = try await client.complete(id)
            #expect(answer.status == 409)
            #expect(answer.json["missingChunks"] as? [[Int]] == [[1, 1]])
            let status = try await client.status(id)
            #expect(status.stage == "in_progress")
            #expect(status.received == [[0, 0], [2, 2]])
            #expect(status.json["nextExpectedChunk"] as? Int == 1)
            try await fixture.send(client, id, [1])
            #expect(try await client.complete(id).status == 200)
        }
    }

    /// A store may list every part that was ever sent under a number, in any order, and without checksums.
    @Test func anyPartOfTheNumberMayBeTheOne() async throws {
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.changeParts { parts in
                let listed = parts.flatMap { part in
                    [
                        S3Part(number: part.number, size: 5, entityTag: FakeChunk(9).entityTag),
                        S3Part(
                            number: part.number, size: part.size,
                            entityTag: part.entityTag.replacing("\"", with: "")),
                        S3Part(number: part.number, size: part.size, entityTag: FakeChunk(9).entityTag),
                    ]
                }
                parts = listed
            }
            #expect(try await client.complete(id).status == 200)
            let reported = (0..<3).map {
                S3Part(number: $0 + 1, size: 1, entityTag: "", checksums: [.sha256: FakeChunk($0).sha256])
            }
            let expected = FakeObjectStore.object(of: reported).checksums
            #expect(fixture.store.objects[location]?.checksums == expected)
        }
    }

    @Test(arguments: [TransferError.Code.connectionLost, .remoteNameTaken, .uploadLost, .serverError])
    func aLostAnswerIsMadeGood(code: TransferError.Code) async throws {
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.failNext(.complete, code, isLate: true)
            let first = try await client.complete(id)
            // The store was asked for the object where it had said something about it.
            #expect(first.status == (code == .remoteNameTaken || code == .uploadLost ? 200 : 503))
            #expect(try await client.complete(id).status == 200)
            #expect(fixture.store.objects[location] != nil)
        }
    }

    /// Where the store keeps no checksums, the tag of the object tells.
    @Test func aLostAnswerIsMadeGoodByTheTag() async throws {
        try await fixture.serving { [fixture, location] client async throws in
            for (index, isOurs) in [true, false].enumerated() {
                let id = try await client.registerObject("f\(index)").uploadID
                try await fixture.send(client, id)
                let parts = (0..<3).map {
                    S3Part(number: $0 + 1, size: 1, entityTag: FakeChunk($0, isOurs ? "" : "x").entityTag)
                }
                let tag = FakeObjectStore.object(of: parts).entityTag
                fixture.store.forgetUploads()
                fixture.store.put(
                    StoredObject(size: PresignedFixture.size, entityTag: tag),
                    at: try S3Location(bucket: location.bucket, key: "in/f\(index)"))
                #expect(try await client.complete(id).status == (isOurs ? 200 : 410))
            }
        }
    }

    @Test func anotherObjectIsNeverReplaced() async throws {
        try await fixture.serving { [fixture, location] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            let other = StoredObject(size: PresignedFixture.size, entityTag: "\"other\"")
            fixture.store.put(other, at: location)
            let answer = try await client.complete(id)
            #expect(answer.status == 409)
            #expect(answer.problem == "name-taken")
            #expect(fixture.store.objects[location] == other)
            #expect(try await client.status(id).stage == "in_progress")
            #expect(fixture.store.uploads.count == 1)
        }
    }

    @Test func anUploadThatIsLostIsGone() async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject(key: "k").uploadID
            try await fixture.send(client, id)
            fixture.store.forgetUploads()
            #expect(try await client.complete(id).problem == "gone")
            #expect(try await client.status(id).status == 410)
            // The client starts over, also with the same key.
            #expect(try await client.registerObject(key: "k").status == 201)
        }
    }

    /// All parts have to be sent anew then.
    @Test func aLostRaceEndsTheUpload() async throws {
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject().uploadID
            try await fixture.send(client, id)
            fixture.store.failNext(.complete, .remoteConflict)
            fixture.store.failNext(.abort, .serverBusy)
            #expect(try await client.complete(id).status == 503)
            #expect(try await client.status(id).stage == "in_progress")
            fixture.store.failNext(.complete, .remoteConflict)
            #expect(try await client.complete(id).status == 410)
            #expect(fixture.store.uploads.isEmpty)
        }
    }

    @Test func aSlowCompletionIsAskedForAgain() async throws {
        var settings = UploadSettings.test
        settings.completePatience = .milliseconds(100)
        try await fixture.serving(settings) { [fixture] client async throws in
            // A busy machine may need longer than that to begin.
            try await eventually("it begins") { try await client.registerObject(key: "k").status == 201 }
            let id = try await client.registerObject(key: "k").uploadID
            try await fixture.send(client, id)
            fixture.store.hold(.complete)
            let answer = try await client.complete(id)
            #expect(answer.status == 202)
            #expect(answer["Retry-After"] == "1")
            #expect(answer.stage == "assembling")
            #expect(try await client.status(id).stage == "assembling")
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 423)
            let late = FakeChunk(0)
            #expect(try await client.report(id, 0, etag: late.entityTag, sha256: late.sha256).status == 423)
            fixture.store.release()
            try await eventually("the object is there") { try await client.complete(id).status == 200 }
            #expect(fixture.store.calls.count { $0 == .complete } == 1)
        }
    }

    @Test func digestsOfSeveralPartsCannotBeCompared() async throws {
        let digest = FakeChunk(7).sha256
        try await fixture.serving { [fixture] client async throws in
            let id = try await client.registerObject(more: #","sha256":"\#(digest)""#).uploadID
            try await fixture.send(client, id)
            let refused = try await client.complete(id, #"{"sha256":"\#(digest)"}"#)
            #expect(refused.status == 400)
            #expect(refused.problem == "digest-not-supported")
            let done = try await client.complete(id)
            #expect(done.status == 200)
            #expect(done.json["sha256"] == nil)
            #expect(try await client.complete(id, #"{"sha256":"\#(digest)"}"#).status == 400)
        }
    }

    @Test func theDigestOfOnePartIsThatOfTheFile() async throws {
        let (size, right, wrong) = (PresignedFixture.mebibyte, FakeChunk(0).sha256, FakeChunk(1).sha256)
        try await fixture.serving { [fixture] client async throws in
            let send = { (id: String) async throws in
                let (etag, sha256) = fixture.give(0, length: size)
                let reported = try await client.report(id, 0, etag: etag, sha256: sha256)
                #expect(reported.status == 200)
            }
            let announced = try await client.registerObject(size: size, more: #","sha256":"\#(wrong)""#).uploadID
            try await send(announced)
            #expect(try await client.complete(announced).problem == "file-mismatch")
            #expect(try await client.complete(announced, #"{"sha256":"\#(right)"}"#).problem == "digest-conflict")
            let id = try await client.registerObject("g", size: size).uploadID
            try await send(id)
            #expect(try await client.complete(id, #"{"sha256":"\#(wrong)"}"#).problem == "file-mismatch")
            let done = try await client.complete(id, #"{"sha256":"\#(right)"}"#)
            #expect(done.status == 200)
            #expect(done.json["sha256"] as? String == right)
        }
    }
}
