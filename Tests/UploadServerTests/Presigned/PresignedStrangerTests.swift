import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// Uploads to the same object that others have begun: the server ends its own ones only.
@Suite(.timeLimit(.minutes(5))) struct PresignedStrangerTests {
    private static let warning =
        "an upload may be left at the object store: others there look just like it, see carryon orphans"

    private let fixture: PresignedFixture
    private let location: S3Location
    private let log = RecordedLog()

    init() throws {
        fixture = try PresignedFixture()
        location = try PresignedFixture.location("in/f")
    }

    /// One of them may be somebody else's.
    @Test func ofSeveralNoneIsEnded() async throws {
        try await fixture.serving { [fixture] client async throws in
            fixture.store.failNext(.createUpload, .connectionLost, isLate: true)
            #expect(try await client.registerObject(key: "k").status == 503)
        }
        fixture.store.begin(location)
        let id = try fixture.id(ofKey: "k")
        // Otherwise the start takes one of them for its own.
        fixture.store.failNext(.uploads, .serverBusy)
        try await fixture.serving(logger: log.logger) { [fixture, log] client async throws in
            try await eventually("the start has looked") { fixture.store.calls.contains(.uploads) }
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            #expect(fixture.store.uploads.count == 2)
            let line = try #require(log.lines(Self.warning).first)
            #expect(line.metadata == ["upload": id, "object": "s3://bucket/in/f"])
        }
    }

    /// As long as another upload here may have begun it, nobody ends it; the last one does.
    @Test func theLastOneEndsWhatIsLeft() async throws {
        try await fixture.serving(logger: log.logger) { [fixture, log] client async throws in
            for key in ["a", "b"] {
                fixture.store.failNext(.createUpload, .connectionLost, isLate: key == "a")
                #expect(try await client.registerObject(key: key).status == 503)
            }
            let (first, second) = (try fixture.id(ofKey: "a"), try fixture.id(ofKey: "b"))
            #expect(try await client.send("DELETE", "/uploads/\(second)").status == 204)
            #expect(fixture.store.uploads.count == 1)
            #expect(log.lines(Self.warning).count == 1)
            #expect(try await client.send("DELETE", "/uploads/\(first)").status == 204)
            #expect(fixture.store.uploads.isEmpty)
            #expect(log.lines(Self.warning).count == 1)
        }
    }
}
