import Crypto
import Foundation
import Synchronization
import TransferCore
import WireProtocols

@testable import UploadServer

/// An object store in memory, with failures on demand. It outlives the servers that use it.
final class FakeObjectStore: ObjectStore {
    enum Call: Hashable, Sendable {
        case object, createUpload, uploads, parts, isKnown, complete, abort, putEmpty, presign
    }

    struct Upload: Sendable {
        var location: S3Location
        var initiated: WallTime?
        /// One number may be there several times.
        var parts: [S3Part] = []
    }

    private struct Failure: Sendable {
        var call: Call
        var error: TransferError
        /// Whether the store does what it is asked for before it fails.
        var isLate: Bool
    }

    private struct State: Sendable {
        var objects: [S3Location: StoredObject] = [:]
        var uploads: [String: Upload] = [:]
        var failures: [Failure] = []
        var refusals: [Call: TransferError.Code] = [:]
        var calls: [Call] = []
        var lastID = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var holds: Call?
        var holdsAnswers: Call?
        var keepsChecksums = true
    }

    private let clock: any Clock
    private let state = Mutex(State())

    init(clock: any Clock = SystemClock()) {
        self.clock = clock
    }

    // MARK: What tests do and see

    var calls: [Call] { state.withLock { $0.calls } }
    var uploads: [String: Upload] { state.withLock { $0.uploads } }
    var objects: [S3Location: StoredObject] { state.withLock { $0.objects } }
    /// How many calls wait for ``release()``.
    var heldCount: Int { state.withLock { $0.waiters.count } }

    func put(_ object: StoredObject, at location: S3Location) { state.withLock { $0.objects[location] = object } }

    /// Begins an upload as somebody else, or as the server before its crash.
    @discardableResult
    func begin(_ location: S3Location, initiated: WallTime? = nil, parts: [S3Part] = []) -> String {
        state.withLock { state in
            state.lastID += 1
            let id = "store-\(state.lastID)"
            state.uploads[id] = Upload(location: location, initiated: initiated ?? clock.wallTime(), parts: parts)
            return id
        }
    }

    /// The same where the store does not tell when.
    func beginUndated(_ location: S3Location) {
        let id = begin(location)
        state.withLock { $0.uploads[id]?.initiated = nil }
    }

    /// Changes the parts of the only upload.
    func changeParts(_ body: (inout [S3Part]) -> Void) {
        state.withLock { state in
            for id in state.uploads.keys { body(&state.uploads[id]!.parts) }
        }
    }

    /// As stores are that do not know them.
    func keepNoChecksums() { state.withLock { $0.keepsChecksums = false } }

    func forgetUploads() { state.withLock { $0.uploads = [:] } }

    /// The next call of that kind fails once.
    func failNext(_ call: Call, _ code: TransferError.Code, isLate: Bool = false) {
        state.withLock {
            $0.failures.append(
                Failure(call: call, error: TransferError(code, "scripted \(code.rawValue)"), isLate: isLate))
        }
    }

    /// All calls of that kind fail from now on.
    func refuse(_ call: Call, _ code: TransferError.Code) { state.withLock { $0.refusals[call] = code } }

    /// Calls of that kind do what they are asked for, and then wait for ``release()``.
    func holdAnswers(_ call: Call) { state.withLock { $0.holdsAnswers = call } }

    /// Calls of that kind wait for ``release()``.
    func hold(_ call: Call) { state.withLock { $0.holds = call } }

    func release() {
        let waiters = state.withLock { state in
            (state.holds, state.holdsAnswers) = (nil, nil)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Port

    func object(at location: S3Location) async throws -> StoredObject? {
        try await perform(.object) { $0.objects[location] }
    }

    func createUpload(
        to location: S3Location, willTry: @escaping @Sendable (Bool) async throws -> Void
    ) async throws -> StoreUpload {
        let keepsChecksums = state.withLock { $0.keepsChecksums }
        try await willTry(keepsChecksums)
        return try await perform(.createUpload) { [clock] state in
            state.lastID += 1
            let id = "store-\(state.lastID)"
            state.uploads[id] = Upload(location: location, initiated: clock.wallTime())
            return StoreUpload(location: location, uploadID: id, hasChecksums: keepsChecksums)
        }
    }

    func uploads(to location: S3Location) async throws -> [UnfinishedUpload] {
        try await perform(.uploads) { state in
            state.uploads.filter { $0.value.location == location }
                .map { UnfinishedUpload(uploadID: $0.key, initiated: $0.value.initiated) }
        }
    }

    func parts(of upload: StoreUpload) async throws -> [S3Part] {
        try await perform(.parts) { try Self.find(upload, $0).parts }
    }

    func isKnown(_ upload: StoreUpload) async throws -> Bool {
        try await perform(.isKnown) { $0.uploads[upload.uploadID ?? ""] != nil }
    }

    func complete(_ upload: StoreUpload, _ parts: [S3Part], size: Int64) async throws {
        try await perform(.complete) { state in
            let known = try Self.find(upload, state)
            guard state.objects[upload.location] == nil else { throw TransferError(.remoteNameTaken, "exists") }
            guard parts.allSatisfy({ part in known.parts.contains { $0.entityTag == part.entityTag } }) else {
                throw TransferError(.incomplete, "invalid part")
            }
            state.objects[upload.location] = Self.object(of: parts)
            state.uploads[upload.uploadID ?? ""] = nil
        }
    }

    func abort(_ upload: StoreUpload) async throws {
        try await perform(.abort) { $0.uploads[upload.uploadID ?? ""] = nil }
    }

    func putEmpty(at location: S3Location) async throws {
        try await perform(.putEmpty) { state in
            guard state.objects[location] == nil else { throw TransferError(.remoteNameTaken, "exists") }
            state.objects[location] = StoredObject(size: 0)
        }
    }

    func presign(
        _ chunk: Int, of upload: StoreUpload, _ digest: ChunkDigest, length: Int64, validity: Duration
    ) async throws -> SignedRequest {
        try await perform(.presign) { [clock] _ in
            SignedRequest(
                request: HTTPRequest(
                    method: "PUT", url: "https://store.test/\(upload.uploadID ?? "")/\(chunk)",
                    headers: [HeaderField("content-length", "\(length)"), HeaderField("x-digest", "\(digest)")]),
                expiresAt: clock.wallTime() + validity)
        }
    }

    func presign(_ method: String, _ location: S3Location, validity: Duration) async throws -> SignedRequest {
        try await perform(.presign) { [clock] _ in
            SignedRequest(
                request: HTTPRequest(method: method, url: "https://store.test/\(location.key)?\(method)", headers: []),
                expiresAt: clock.wallTime() + validity)
        }
    }

    /// What a store makes of parts (Amazon S3 User Guide, "Checking object integrity").
    static func object(of parts: [S3Part]) -> StoredObject {
        let digests = parts.flatMap { Hex.decode($0.checksums[.sha256] ?? "") ?? [] }
        let value = Data(SHA256.hash(data: Data(digests))).base64EncodedString()
        let sums = parts.flatMap { Hex.decode($0.entityTag.replacing("\"", with: "")) ?? [] }
        let tag = Hex.encode(Array(Insecure.MD5.hash(data: Data(sums))))
        let checksum = S3ObjectChecksum(algorithm: .sha256, text: "\(value)-\(parts.count)", kind: .composite)
        return StoredObject(
            size: parts.reduce(0) { $0 + $1.size }, entityTag: "\"\(tag)-\(parts.count)\"",
            checksums: [checksum].compactMap { $0 })
    }

    private static func find(_ upload: StoreUpload, _ state: State) throws -> Upload {
        guard let known = state.uploads[upload.uploadID ?? ""] else { throw TransferError(.uploadLost, "unknown") }
        return known
    }

    private func perform<Value: Sendable>(
        _ call: Call, _ body: @Sendable (inout State) throws -> Value
    ) async throws -> Value {
        await wait { $0.holds == call }
        let result = state.withLock { state in Result { try Self.perform(call, &state, body) } }
        await wait { $0.holdsAnswers == call }
        return try result.get()
    }

    private static func perform<Value>(
        _ call: Call, _ state: inout State, _ body: (inout State) throws -> Value
    ) throws -> Value {
        state.calls.append(call)
        if let code = state.refusals[call] { throw TransferError(code, "scripted \(code.rawValue)") }
        let failure = state.failures.firstIndex { $0.call == call }.map { state.failures.remove(at: $0) }
        if let failure, !failure.isLate { throw failure.error }
        let value = try body(&state)
        if let failure { throw failure.error }
        return value
    }

    /// Waits for ``release()`` if a test has said so.
    private func wait(ifHeld isHeld: @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard isHeld(state) else { return false }
                state.waiters.append(continuation)
                return true
            }
            if !waits { continuation.resume() }
        }
    }
}
