import Synchronization
import TestSupport
import TransferCore
import WireProtocols

@testable import UploadServer

/// What happened to files and rows, in order, and what is to fail.
final class Recording: Sendable {
    enum Step: Hashable, Sendable {
        case write(start: Int64, end: Int64)
        case sync
        /// The transaction of these chunks has succeeded.
        case commit([Int])
        /// The client has the answer.
        case answer(Int, status: Int)
    }

    enum Failure: Hashable, Sendable {
        case write(StorageError)
        case sync(StorageError)
        case commit
        /// After the file has its name.
        case syncName
        case remove
        case complete
        /// To find out what the file of an upload is.
        case identity
        case end
    }

    private let state = Mutex<(steps: [Step], failures: [Failure])>(([], []))
    /// What the disk is said to have left.
    let freeBytes: Int64

    init(freeBytes: Int64 = 1 << 40) {
        self.freeBytes = freeBytes
    }

    var steps: [Step] { state.withLock { $0.steps } }

    func note(_ step: Step) { state.withLock { $0.steps.append(step) } }

    /// The next call of that kind fails once.
    func failNext(_ failure: Failure) { state.withLock { $0.failures.append(failure) } }

    fileprivate func takeFailure(_ matches: (Failure) -> Bool) -> Failure? {
        state.withLock { state in
            state.failures.firstIndex(where: matches).map { state.failures.remove(at: $0) }
        }
    }
}

/// Files that tell a recording what is done to them.
struct RecordingStorage: ChunkStorage {
    let base: DiskStorage
    let recording: Recording

    init(base: DiskStorage, recording: Recording) {
        self.base = base
        self.recording = recording
    }

    /// The files of a data folder.
    init(_ folder: TemporaryFolder, _ recording: Recording) throws {
        let data = try DataFolder(folder.path)
        self.init(base: DiskStorage(data, files: try FinishedFiles(folder.path)), recording: recording)
    }

    func open(_ id: UploadID) throws(StorageError) -> any ChunkFile {
        RecordingFile(base: try base.open(id), recording: recording)
    }

    func create(_ id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity {
        try base.create(id, size: size)
    }

    func identity(of id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity? {
        if recording.takeFailure({ $0 == .identity }) != nil { throw .failed("broken") }
        return try base.identity(of: id, size: size)
    }

    func setAside(_ id: UploadID) throws(StorageError) -> String? { try base.setAside(id) }

    func remove(_ id: UploadID) throws(StorageError) {
        if recording.takeFailure({ $0 == .remove }) != nil { throw .failed("broken") }
        try base.remove(id)
    }

    func names() throws(StorageError) -> [String] { try base.names() }
    func removeStray(_ name: String) throws(StorageError) { try base.removeStray(name) }
    func isTaken(_ name: FileName, of owner: Owner) throws(StorageError) -> Bool { try base.isTaken(name, of: owner) }

    func publish(_ upload: UploadRecord) throws(StorageError) {
        try base.publish(upload)
        if recording.takeFailure({ $0 == .syncName }) != nil { throw .failed("broken") }
    }

    func published(_ name: FileName, of owner: Owner) throws(StorageError) -> FileVersion? {
        try base.published(name, of: owner)
    }

    func freeBytes() throws(StorageError) -> Int64 { recording.freeBytes }
}

private final class RecordingFile: ChunkFile {
    private let base: any ChunkFile
    private let recording: Recording

    init(base: any ChunkFile, recording: Recording) {
        self.base = base
        self.recording = recording
    }

    func reserve(_ range: ByteRange) throws(StorageError) { try base.reserve(range) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(StorageError) {
        if case .write(let error) = recording.takeFailure({ if case .write = $0 { true } else { false } }) {
            throw error
        }
        try base.write(bytes, at: offset)
        recording.note(.write(start: offset, end: offset + Int64(bytes.count)))
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StorageError) -> Int {
        try base.read(into: buffer, at: offset)
    }

    func sync() throws(StorageError) {
        if case .sync(let error) = recording.takeFailure({ if case .sync = $0 { true } else { false } }) {
            throw error
        }
        try base.sync()
        recording.note(.sync)
    }
}

/// A ledger that tells a recording what is committed to it.
struct RecordingLedger: UploadLedger {
    struct CommitFailed: Error {}

    let base: SQLiteLedger
    let recording: Recording

    func record(_ chunks: [ReceivedChunk], at time: WallTime) throws -> [Int64: Int] {
        guard recording.takeFailure({ $0 == .commit }) == nil else { throw CommitFailed() }
        let result = try base.record(chunks, at: time)
        recording.note(.commit(chunks.map(\.index)))
        return result
    }

    func upload(_ id: UploadID) throws -> UploadRecord? { try base.upload(id) }

    func registered(key: String, owner: Owner) throws -> (registration: Registration, upload: UploadRecord)? {
        try base.registered(key: key, owner: owner)
    }

    func openUploads(of owner: Owner) throws -> Int { try base.openUploads(of: owner) }

    func register(
        _ upload: UploadRecord, as registration: Registration, idempotencyKey: String?, at time: WallTime
    ) throws -> UploadRecord {
        try base.register(upload, as: registration, idempotencyKey: idempotencyKey, at: time)
    }

    func chunk(_ index: Int, of upload: Int64) throws -> ChunkDigest? { try base.chunk(index, of: upload) }
    func received(_ upload: Int64, limit: Int) throws -> ChunkRanges { try base.received(upload, limit: limit) }

    func receipt(_ index: Int, of upload: Int64) throws -> ChunkReceipt? { try base.receipt(index, of: upload) }
    func receipts(of upload: Int64) throws -> [ChunkReceipt] { try base.receipts(of: upload) }
    func rename(_ chunk: ReceivedChunk, at time: WallTime) throws { try base.rename(chunk, at: time) }
    func forget(_ receipts: [ChunkReceipt], of upload: Int64) throws { try base.forget(receipts, of: upload) }

    func attempt(_ upload: Int64, hasChecksums: Bool, at time: WallTime) throws {
        try base.attempt(upload, hasChecksums: hasChecksums, at: time)
    }

    func begin(_ upload: Int64, as object: StoreUpload, at time: WallTime) throws {
        try base.begin(upload, as: object, at: time)
    }

    func storeUploads(to location: S3Location) throws -> Set<String> { try base.storeUploads(to: location) }
    func isContested(_ upload: UploadRecord) throws -> Bool { try base.isContested(upload) }

    func endpoint() throws -> String? { try base.endpoint() }
    func setEndpoint(_ endpoint: String) throws { try base.setEndpoint(endpoint) }

    func beginAssembly(of upload: Int64, expecting sha256: ChunkDigest?, at time: WallTime) throws {
        try base.beginAssembly(of: upload, expecting: sha256, at: time)
    }

    func abandonAssembly(of upload: Int64, at time: WallTime) throws {
        try base.abandonAssembly(of: upload, at: time)
    }

    func complete(_ upload: Int64, sha256: ChunkDigest?, version: FileVersion?, at time: WallTime) throws {
        guard recording.takeFailure({ $0 == .complete }) == nil else { throw CommitFailed() }
        try base.complete(upload, sha256: sha256, version: version, at: time)
    }

    func end(_ upload: Int64, as status: UploadStage, at time: WallTime) throws {
        guard recording.takeFailure({ $0 == .end }) == nil else { throw CommitFailed() }
        try base.end(upload, as: status, at: time)
    }

    func restart(_ upload: Int64, with file: InodeIdentity) throws { try base.restart(upload, with: file) }

    func digest(of name: FileName, owner: Owner, version: FileVersion) throws -> ChunkDigest? {
        try base.digest(of: name, owner: owner, version: version)
    }

    func unfinished(since time: WallTime?) throws -> [UploadRecord] { try base.unfinished(since: time) }
    func unfinishedIDs() throws -> Set<String> { try base.unfinishedIDs() }
    func forget(before time: WallTime) throws { try base.forget(before: time) }
    func close() throws { try base.close() }
}

extension UploadService {
    /// A service whose files and rows tell `recording`.
    convenience init(folder data: TemporaryFolder, recording: Recording, settings: UploadSettings = .test) throws {
        let path = data.path
        let folder = try DataFolder(path)
        let files = try FinishedFiles(path)
        try self.init(
            folder: folder, files: files,
            ledger: RecordingLedger(
                base: SQLiteLedger(path: "\(path)/server.db", logger: .silent), recording: recording),
            storage: RecordingStorage(base: DiskStorage(folder, files: files), recording: recording),
            settings: settings, clock: SystemClock(), logger: .silent, faults: nil)
    }
}
