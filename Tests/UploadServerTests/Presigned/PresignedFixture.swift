import Crypto
import Foundation
import Logging
import TestSupport
import TransferCore
import WireProtocols

@testable import UploadServer

/// A data folder and a fake store, and the servers that use both one after the other.
struct PresignedFixture: Sendable {
    static let mebibyte: Int64 = 1 << 20
    /// Two whole chunks and half of one.
    static let size = 20 * mebibyte

    let folder: TemporaryFolder
    let clock = ManualClock()
    let store: FakeObjectStore

    init() throws {
        folder = try TemporaryFolder()
        store = FakeObjectStore(clock: clock)
    }

    static func location(_ key: String) throws -> S3Location { try S3Location(bucket: "bucket", key: key) }

    func service(
        _ settings: UploadSettings = .test, prefix: String = "s3://bucket/in/", endpoint: String = "http://store.test",
        patience: Duration = .seconds(60), logger: Logger = .silent
    ) throws -> PresignedService {
        let target = ObjectStoreSettings(
            location: try S3Location(prefix), endpoint: try S3Endpoint(url: endpoint, region: nil),
            access: NoAccess(), options: StoreOptions(), client: ScriptedClient([]))
        return try PresignedService(
            folder: folder.path, settings: settings, target: target, store: store, patience: patience, clock: clock,
            logger: logger)
    }

    /// Runs a server, and stops it.
    @discardableResult
    func serving<Value: Sendable>(
        _ settings: UploadSettings = .test, prefix: String = "s3://bucket/in/", logger: Logger = .silent,
        _ body: @Sendable @escaping (UploadClient) async throws -> Value
    ) async throws -> Value {
        try await UploadServerTests.serving(try service(settings, prefix: prefix, logger: logger)) {
            try await body(UploadClient(port: $0))
        }
    }

    /// Changes the ledger while no server runs.
    func edit(_ body: (SQLiteLedger) throws -> Void) throws {
        let ledger = try SQLiteLedger(path: folder.path("server.db"), logger: .silent)
        try body(ledger)
        try ledger.close()
    }

    /// The id of an upload whose registration may not have been answered; a server may run meanwhile.
    func id(ofKey key: String) throws -> String {
        let ledger = try SQLiteLedger(path: folder.path("server.db"), logger: .silent)
        defer { try? ledger.close() }
        return try ledger.registered(key: key, owner: .nobody)?.upload.id.description ?? ""
    }

    /// Gives a chunk to the store, as its client would, and tells nobody.
    ///
    /// - Parameter content: Stands for the bytes.
    @discardableResult
    func give(_ index: Int, _ content: String = "", length: Int64? = nil) -> (etag: String, sha256: String) {
        let chunk = FakeChunk(index, content)
        let plan = ChunkPlan(size: Self.size, exactChunkSize: 8 * Self.mebibyte)
        store.changeParts { parts in
            parts.append(
                S3Part(
                    number: index + 1, size: length ?? plan.range(of: index).length, entityTag: chunk.entityTag,
                    checksums: [.sha256: chunk.sha256]))
        }
        return (chunk.entityTag, chunk.sha256)
    }

    /// Gives chunks to the store and reports them.
    func send(_ client: UploadClient, _ id: String, _ chunks: [Int] = [0, 1, 2]) async throws {
        for index in chunks {
            let (etag, sha256) = give(index)
            _ = try await client.report(id, index, etag: etag, sha256: sha256)
        }
    }
}

/// Bytes that nobody has to store.
struct FakeChunk {
    let sha256: String
    /// As the store quotes it.
    let entityTag: String

    init(_ index: Int, _ content: String = "") {
        let data = Data("\(index) \(content)".utf8)
        sha256 = Hex.encode(Array(Crypto.SHA256.hash(data: data)))
        entityTag = "\"\(Hex.encode(Array(Insecure.MD5.hash(data: data))))\""
    }
}

struct NoAccess: S3AccessSource {
    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
        throw TransferError(.unauthorized, "no credentials")
    }
}

extension UploadClient {
    func registerObject(
        _ name: String = "f", size: Int64 = PresignedFixture.size, key: String? = nil, more: String = ""
    ) async throws -> RawResponse {
        try await post(
            "/uploads", #"{"name":"\#(name)","size":\#(size)\#(more)}"#, key.map { [("Idempotency-Key", $0)] } ?? [])
    }

    func report(_ id: String, _ index: Int, etag: String, sha256: String) async throws -> RawResponse {
        let quoted = etag.replacing("\"", with: "\\\"")
        return try await post("/uploads/\(id)/chunks/\(index)", #"{"etag":"\#(quoted)","sha256":"\#(sha256)"}"#)
    }

    func presign(_ id: String, _ chunks: [(index: Int, sha256: String, length: Int64)]) async throws -> RawResponse {
        let list = chunks.map { #"{"index":\#($0.index),"sha256":"\#($0.sha256)","length":\#($0.length)}"# }
        return try await post("/uploads/\(id)/presign", #"{"chunks":[\#(list.joined(separator: ","))]}"#)
    }
}

extension RawResponse {
    var uploadID: String { json["uploadId"] as? String ?? "" }
    var stage: String? { json["status"] as? String }
    var urls: [[String: Any]] { json["urls"] as? [[String: Any]] ?? [] }
}
