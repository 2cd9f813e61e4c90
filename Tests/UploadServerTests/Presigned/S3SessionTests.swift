import Dispatch
import Synchronization
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// What stands in the way of a signature, and what is signed for others.
@Suite struct S3SessionTests {
    private let clock = ManualClock()
    private let location: S3Location
    private let endpoint: S3Endpoint

    init() throws {
        endpoint = try S3Endpoint(url: "http://store.test", region: nil)
        location = try S3Location(bucket: "bucket", key: "f")
    }

    private func store(_ client: ScriptedClient, _ access: any S3AccessSource) -> S3ObjectStore {
        S3ObjectStore(
            ObjectStoreSettings(
                location: location, endpoint: endpoint, access: access, options: StoreOptions(), client: client),
            clock: clock)
    }

    private static let there = HTTPAnswer(200, "", ["Content-Length": "1"])
    private static let unknown = HTTPAnswer(
        200, "<ListMultipartUploadsResult></ListMultipartUploadsResult>")

    @Test func endedCredentialsAreReadAgainOnce() async throws {
        let expired = HTTPAnswer.error(400, "ExpiredToken")
        let client = ScriptedClient([expired, Self.unknown, expired, expired])
        let access = FakeAccess()
        let store = store(client, access)
        #expect(try await store.uploads(to: location).isEmpty)
        #expect(access.lookups == [false, true])
        #expect(client.sent[1]["Authorization"]?.contains("Credential=key-2/") == true)
        let error = await #expect(throws: TransferError.self) { try await store.uploads(to: location) }
        #expect(error?.code == .unauthorized)
        #expect(access.lookups == [false, true, true])
    }

    @Test func theStoresClockCounts() async throws {
        let client = ScriptedClient([
            .error(403, "RequestTimeTooSkewed", ["Date": "Tue, 14 Nov 2023 23:13:20 GMT"]), Self.unknown,
        ])
        let store = store(client, FakeAccess())
        _ = try await store.uploads(to: location)
        #expect(client.sent.map { $0["X-Amz-Date"] } == ["20231114T221320Z", "20231114T231320Z"])
        let signed = try await store.presign("GET", location, validity: .seconds(60))
        #expect(signed.request.url.contains("X-Amz-Date=20231114T231320Z"))
        #expect(signed.expiresAt == clock.wallTime() + .seconds(60))
    }

    /// A HEAD is refused without a reason.
    @Test func aRefusalWithoutAReasonIsUnderstood() async throws {
        let late = HTTPAnswer(403, "", ["Date": "Tue, 14 Nov 2023 23:13:20 GMT"])
        let client = ScriptedClient([late, Self.there])
        #expect(try await store(client, FakeAccess()).object(at: location) != nil)
        #expect(client.sent.map { $0["X-Amz-Date"] } == ["20231114T221320Z", "20231114T231320Z"])

        for status in [400, 401, 403] {
            let access = FakeAccess()
            let refused = HTTPAnswer(status, "", ["Date": "Tue, 14 Nov 2023 22:13:20 GMT"])
            let store = store(ScriptedClient([refused, Self.there, refused, refused]), access)
            #expect(try await store.object(at: location) != nil)
            #expect(access.lookups == [false, true])
            await #expect(throws: TransferError.self) { try await store.object(at: location) }
        }
    }

    /// Otherwise they would end between the signature and the store's look at it.
    @Test func credentialsThatEndSoonAreReadAgain() async throws {
        let access = FakeAccess(validities: [.seconds(100)], since: clock.wallTime())
        let client = ScriptedClient([Self.there, Self.there, Self.there])
        let store = store(client, access)
        _ = try await store.object(at: location)
        #expect(access.lookups == [false])
        clock.advance(by: .seconds(41))
        for _ in 0..<2 { _ = try await store.object(at: location) }
        #expect(access.lookups == [false, true])
        #expect(client.sent[1]["Authorization"]?.contains("Credential=key-2/") == true)
    }

    /// The program that prints them may fail once, and the old ones still hold.
    @Test func credentialsThatEndSoonAreBetterThanNone() async throws {
        let access = FakeAccess(validities: [.seconds(100)], failing: [2, 3], since: clock.wallTime())
        let client = ScriptedClient([Self.there, Self.there, Self.there])
        let store = store(client, access)
        _ = try await store.object(at: location)
        clock.advance(by: .seconds(41))
        _ = try await store.object(at: location)
        #expect(client.sent.last?["Authorization"]?.contains("Credential=key-1/") == true)
        clock.advance(by: .seconds(59))
        let error = await #expect(throws: TransferError.self) { try await store.object(at: location) }
        #expect(error?.code == .unauthorized)
        _ = try await store.object(at: location)
        #expect(client.sent.last?["Authorization"]?.contains("Credential=key-4/") == true)
        #expect(access.lookups == [false, true, true, true])
    }

    /// A server that ends does not wait for a program that hangs.
    @Test(.timeLimit(.minutes(5))) func whoeverIsCancelledDoesNotWaitForCredentials() async throws {
        let access = HangingAccess()
        defer { access.release() }
        let store = store(ScriptedClient([]), access)
        let result = Mutex<Result<StoredObject?, any Error>?>(nil)
        let task = Task { [location] in
            let found = await Result.catching { try await store.object(at: location) }
            result.withLock { $0 = found }
        }
        try await eventually("the program runs") { access.isAsked }
        task.cancel()
        try await eventually("nobody waits") { result.withLock { $0 != nil } }
        #expect(throws: TransferError.self) { try result.withLock { $0 }?.get() }
    }

    /// Addresses may hold for less than the clocks differ.
    @Test func everyAnswerTellsTheTime() async throws {
        let there = HTTPAnswer(200, "", ["Content-Length": "1", "Date": "Tue, 14 Nov 2023 22:11:20 GMT"])
        let store = store(ScriptedClient([there]), FakeAccess())
        _ = try await store.object(at: location)
        let signed = try await store.presign("GET", location, validity: .seconds(60))
        #expect(signed.request.url.contains("X-Amz-Date=20231114T221120Z"))
        #expect(signed.expiresAt == clock.wallTime() + .seconds(60))
    }

    @Test func theBucketsRegionIsLearnt() async throws {
        let elsewhere = HTTPAnswer(301, "", ["x-amz-bucket-region": "eu-west-1"])
        let client = ScriptedClient([elsewhere, Self.there, Self.there])
        let store = store(client, FakeAccess())
        for _ in 0..<2 { #expect(try await store.object(at: location) != nil) }
        let regions = client.sent.map { $0["Authorization"]?.contains("/eu-west-1/s3/") }
        #expect(regions == [false, true, true])
    }

    @Test func noCredentialsAreAnError() async throws {
        let client = ScriptedClient([])
        let store = S3ObjectStore(
            ObjectStoreSettings(
                location: location, endpoint: endpoint, access: NoAccess(), options: StoreOptions(), client: client),
            clock: clock)
        await #expect(throws: TransferError(.unauthorized, "no credentials")) { try await store.object(at: location) }
        #expect(client.sent.isEmpty)
    }

    // MARK: Addresses for others

    @Test func contentAndLengthOfAChunkAreSigned() async throws {
        for hasChecksums in [true, false] {
            let upload = StoreUpload(location: location, uploadID: "u", hasChecksums: hasChecksums)
            let signed = try await store(ScriptedClient([]), FakeAccess())
                .presign(4, of: upload, .ofEmpty, length: 12, validity: .seconds(900))
            let url = signed.request.url
            #expect(signed.request.method == "PUT")
            #expect(url.hasPrefix("http://store.test/bucket/f?partNumber=5&uploadId=u&"))
            #expect(url.contains("X-Amz-Expires=900&"))
            let names = hasChecksums ? "content-length%3Bhost%3Bx-amz-checksum-sha256" : "content-length%3Bhost"
            #expect(url.contains("X-Amz-SignedHeaders=\(names)&"))
            let fields = Dictionary(uniqueKeysWithValues: signed.request.headers.map { ($0.name, $0.value) })
            #expect(fields["content-length"] == "12")
            let sum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
            #expect(fields["x-amz-checksum-sha256"] == (hasChecksums ? sum : nil))
        }
    }

    /// An address ends with the credentials that it was signed with, so those that end soon are read again.
    @Test func anAddressEndsWithItsCredentials() async throws {
        let now = clock.wallTime()
        let access = FakeAccess(validities: [.seconds(59), .seconds(300)], since: now)
        let store = store(ScriptedClient([]), access)
        let signed = try await store.presign("GET", location, validity: .seconds(900))
        #expect(access.lookups == [false, true])
        #expect(signed.expiresAt == now + .seconds(300))
        #expect(signed.request.url.contains("X-Amz-Expires=300&"))
    }
}

/// Gives other credentials each time.
final class FakeAccess: S3AccessSource {
    private let state = Mutex<[Bool]>([])
    private let validities: [Duration]
    private let failing: Set<Int>
    private let start: WallTime

    /// - Parameters:
    ///   - validities: How long each of the credentials holds; the last ones, and without any all, for ever.
    ///   - failing: Which lookups fail, counted from 1.
    init(
        validities: [Duration] = [], failing: Set<Int> = [], since start: WallTime = WallTime(milliseconds: 0)
    ) {
        self.validities = validities
        self.failing = failing
        self.start = start
    }

    /// For each time whether it was a reload.
    var lookups: [Bool] { state.withLock { $0 } }

    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
        let number = state.withLock { state in
            state.append(reload)
            return state.count
        }
        guard !failing.contains(number) else { throw TransferError(.unauthorized, "the program fails") }
        let end = number <= validities.count ? start + validities[number - 1] : nil
        return S3Access(
            credentials: S3Credentials(accessKey: "key-\(number)", secretKey: "secret", expiresAt: end),
            endpoint: try S3Endpoint(url: "http://store.test", region: nil))
    }
}

/// A program that prints credentials one day.
final class HangingAccess: S3AccessSource {
    private let state = Mutex(false)
    private let end = DispatchSemaphore(value: 0)

    var isAsked: Bool { state.withLock { $0 } }

    func release() { end.signal() }

    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
        state.withLock { $0 = true }
        end.wait()
        throw TransferError(.unauthorized, "too late")
    }
}
