import TransferCore
import WireProtocols

/// The object store as the server uses it. All calls throw ``TransferError``, of which these codes mean something special:
/// `uploadLost`, the store does not know the upload; `remoteNameTaken`, there is an object of that key.
protocol ObjectStore: Sendable {
    /// The object of that key; `nil` if there is none.
    func object(at location: S3Location) async throws -> StoredObject?

    /// Begins a multipart upload.
    ///
    /// - Parameter willTry: Called before each request that may begin one, with whether the store is asked to keep
    ///   checksums. What it throws is thrown, and the request is not made.
    func createUpload(
        to location: S3Location, willTry: @escaping @Sendable (Bool) async throws -> Void
    ) async throws -> StoreUpload

    /// The unfinished uploads to exactly that key, all of them.
    func uploads(to location: S3Location) async throws -> [UnfinishedUpload]

    /// The parts of an upload, all of them. A store may list one number several times.
    func parts(of upload: StoreUpload) async throws -> [S3Part]

    /// Whether the store knows an upload.
    func isKnown(_ upload: StoreUpload) async throws -> Bool

    /// Makes an object of the parts, never in place of another one. It may fail with `remoteNameTaken` or `uploadLost`
    /// if it has succeeded before.
    ///
    /// - Parameters:
    ///   - parts: Ascending by number.
    ///   - size: Of the object, in bytes.
    func complete(_ upload: StoreUpload, _ parts: [S3Part], size: Int64) async throws

    /// Ends an upload. One that the store does not know has ended.
    func abort(_ upload: StoreUpload) async throws

    /// Makes an empty object, never in place of another one.
    func putEmpty(at location: S3Location) async throws

    /// An address that takes one part with that content and no other.
    ///
    /// - Parameter length: In bytes.
    func presign(
        _ chunk: Int, of upload: StoreUpload, _ digest: ChunkDigest, length: Int64, validity: Duration
    ) async throws -> SignedRequest

    /// An address to read an object from, or to look at it.
    ///
    /// - Parameter method: `GET` or `HEAD`.
    func presign(_ method: String, _ location: S3Location, validity: Duration) async throws -> SignedRequest
}

extension ObjectStore {
    /// The object of that key, as far as one may look. Whoever may write need not be allowed to list, and is refused where
    /// there is none (Amazon S3 API Reference, "HeadObject").
    func visibleObject(at location: S3Location) async throws -> StoredObject? {
        do {
            return try await object(at: location)
        } catch let error as TransferError where error.tellsNothing {
            return nil
        }
    }
}

extension TransferError {
    /// Whether what was only asked to be sure cannot be known: it is forbidden, or the store cannot tell.
    var tellsNothing: Bool { code == .forbidden || code == .unsupported }
}

/// An upload that was begun and neither completed nor aborted.
struct UnfinishedUpload: Hashable, Sendable {
    var uploadID: String
    /// By the clock here; `nil` if the store did not tell.
    var initiated: WallTime?
}

/// A request that somebody without credentials may make.
struct SignedRequest: Hashable, Sendable {
    var request: HTTPRequest
    /// When the store ceases to take it, by the clock of this machine.
    var expiresAt: WallTime
}

extension StoreUpload {
    /// The number of the part that holds a chunk.
    static func partNumber(of chunk: Int) -> Int { chunk + 1 }
}
