import Crypto
import TransferCore

/// Turns a fully received upload into a finished file. It costs the same for any size, unless a digest of the whole
/// file has to be compared.
struct UploadCompleter: Sendable {
    let uploads: OpenUploads
    let ledger: any UploadLedger
    let storage: any ChunkStorage
    let committer: ChunkCommitter
    let readers: Workers
    /// Reading whole files is left to threads of its own, so that nobody else waits for it.
    let hashers: Workers
    let patience: Duration

    /// - Parameter wish: The digest that the request gave.
    /// - Returns: Whether the upload is complete now; otherwise the work goes on. Throws a ``Problem``.
    func complete(_ upload: OpenUpload, _ record: UploadRecord, wish: ChunkDigest?) async throws -> Bool {
        if record.status.isGone { throw Problem.gone }
        if let wish, let known = record.sha256, wish != known { throw Self.conflict }
        if record.status == .complete {
            if wish != nil, record.sha256 == nil { throw Self.tooLate }
            return true
        }
        let expected = record.sha256 ?? wish
        let assembly = upload.assembly(orBegin: {
            Assembly(expected: expected) {
                defer { upload.endAssembly() }
                // It may outlast the request; the upload stays open for it.
                _ = try await uploads.with(upload.id) { try await assemble($0, $1, expected: expected) }
            }
        })
        guard let assembly else { return true }
        if let wish, assembly.expected != wish { throw Self.conflict }
        return try await assembly.wait(patience)
    }

    private func assemble(_ upload: OpenUpload, _ record: UploadRecord, expected: ChunkDigest?) async throws {
        try await checkPreconditions(record)
        // The latter if an earlier try could not take its status back.
        guard upload.move(from: .inProgress, to: .assembling) || upload.move(from: .assembling, to: .assembling)
        else { throw Problem.gone }
        do {
            try await committer.change { try $0.setStatus(.assembling, of: record.key, at: $1) }
            let digest = try await digest(of: upload, record, expected: expected)
            try await finish(upload, record, digest)
            upload.learn(sha256: digest)
            _ = upload.move(from: .assembling, to: .complete)
            upload.dropFile()
        } catch {
            // Should this fail, too, the next start finds the file where it is and puts it right.
            try? await committer.change { try $0.setStatus(.inProgress, of: record.key, at: $1) }
            _ = upload.move(from: .assembling, to: .inProgress)
            throw error
        }
    }

    private func checkPreconditions(_ record: UploadRecord) async throws {
        let missing = try await readers.run { [ledger] () -> ChunkRanges? in
            guard let now = try ledger.upload(record.id), now.receivedCount < record.plan.count else { return nil }
            return try ledger.received(record.key).missing(of: record.plan.count, limit: 1000)
        }
        if let missing {
            var problem = Problem(.incomplete, "chunks are missing")
            problem.members.add("missingChunks", missing)
            throw problem
        }
        let isTaken = try await readers.run { [storage] in try storage.isTaken(record.name, of: record.owner) }
        if isTaken { throw Problem.nameTaken }
    }

    /// The digest of the whole file where it is known or asked for, compared with the expected one.
    private func digest(
        of upload: OpenUpload, _ record: UploadRecord, expected: ChunkDigest?
    ) async throws -> ChunkDigest? {
        let found: ChunkDigest?
        switch record.plan.count {
        case 0: found = .ofEmpty
        case 1: found = try await readers.run { [ledger] in try ledger.chunk(0, of: record.key) }
        default:
            guard expected != nil else { return nil }
            let isCancelled = CancellationFlag()
            found = try await withTaskCancellationHandler {
                try await hashers.run { [storage] in try Self.read(upload.file(storage), isCancelled) }
            } onCancel: {
                isCancelled.set()
            }
        }
        if let expected, found != expected {
            throw Problem(.fileMismatch, "the whole file has the SHA-256 \(found.map(String.init) ?? "of nothing")")
        }
        return found
    }

    /// Gives the file its name, in steps that the next start can make out after a crash between any two.
    private func finish(_ upload: OpenUpload, _ record: UploadRecord, _ digest: ChunkDigest?) async throws {
        try await committer.change { [storage] ledger, time in
            try upload.file(storage).sync()
            try storage.publish(record.id, as: record.name, of: record.owner)
            let version = storage.published(record.name, of: record.owner)
            try ledger.complete(record.key, sha256: digest, version: version, at: time)
        }
    }

    private static func read(_ file: SharedFile, _ isCancelled: CancellationFlag) throws -> ChunkDigest {
        let size = 1 << 20
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var offset: Int64 = 0
        while true {
            if isCancelled.isSet { throw CancellationError() }
            let count = try file.read(into: buffer, at: offset)
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
            if count < size { return ChunkDigest(hash.finalize()) }
        }
    }

    private static let conflict = Problem(.digestConflict, "the upload has another SHA-256 already")
    private static let tooLate = Problem(
        .digestConflict, "the upload was completed without a SHA-256; ask for the file's with Want-Repr-Digest")
}
