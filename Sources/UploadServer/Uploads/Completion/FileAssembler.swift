import Crypto
import TransferCore

/// Gives the file of a fully received upload its name.
struct FileAssembler: Assembler {
    let ledger: any UploadLedger
    let storage: any ChunkStorage
    let committer: ChunkCommitter
    let readers: Workers
    /// Reading whole files is left to threads of its own, so that nobody else waits for it.
    let hashers: Workers

    func checkCanCompare(_ upload: UploadRecord) throws {}

    func assemble(_ upload: OpenUpload, _ record: UploadRecord, expected: ChunkDigest?) async throws {
        let named = try await readers.run { [storage, ledger] in
            try storage.published(record) == nil ? nil : ledger.upload(record.id)
        }
        if named == nil { try await checkPreconditions(record) }
        // The latter if an earlier try could not take its status back.
        guard upload.move(from: .inProgress, to: .assembling) || upload.move(from: .assembling, to: .assembling)
        else { throw Problem.gone }
        do {
            let digest: ChunkDigest?
            if let named {
                digest = try await readers.run { [ledger] in try ledger.settledDigest(of: named) }
            } else {
                let time = try await committer.change { ledger, time in
                    try ledger.beginAssembly(of: record.key, expecting: expected, at: time)
                    return time
                }
                upload.wasActive(at: time)
                digest = try await self.digest(of: upload, record, expected: expected)
            }
            try await finish(upload, record, digest)
            upload.learn(sha256: digest)
            _ = upload.move(from: .assembling, to: .complete)
            upload.dropFile()
        } catch {
            await takeBack(upload, record)
            throw error
        }
    }

    /// Lets the upload go on, unless its file has its name: then there is no way but forward, for the next try or the
    /// next start.
    private func takeBack(_ upload: OpenUpload, _ record: UploadRecord) async {
        let isNamed = try? await readers.run { [storage] in try storage.published(record) != nil }
        guard isNamed == false else { return }
        // Should this fail, too, the next start finds the file where it is and puts it right.
        try? await committer.change { try $0.abandonAssembly(of: record.key, at: $1) }
        _ = upload.move(from: .assembling, to: .inProgress)
    }

    private func checkPreconditions(_ record: UploadRecord) async throws {
        try await readers.run { [ledger] in try ledger.checkAllReceived(record) }
        let isTaken = try await readers.run { [storage] in try storage.isTaken(record.name, of: record.owner) }
        if isTaken { throw Problem.nameTaken }
    }

    /// The digest of the whole file where it is known or asked for, compared with the expected one.
    private func digest(
        of upload: OpenUpload, _ record: UploadRecord, expected: ChunkDigest?
    ) async throws -> ChunkDigest? {
        var found: ChunkDigest?
        if record.plan.count > 1 {
            guard expected != nil else { return nil }
            let isCancelled = CancellationFlag()
            found = try await withTaskCancellationHandler {
                try await hashers.run { [storage] in try Self.read(upload.file(storage), isCancelled) }
            } onCancel: {
                isCancelled.set()
            }
        } else {
            found = try await readers.run { [ledger] in try ledger.settledDigest(of: record) }
        }
        if let expected, found != expected {
            throw Problem(.fileMismatch, "the whole file has the SHA-256 \(found.map(String.init) ?? "of nothing")")
        }
        return found
    }

    /// Gives the file its name, in steps that can be repeated after any of them has failed, and that the next start can
    /// make out after a crash between any two.
    private func finish(_ upload: OpenUpload, _ record: UploadRecord, _ digest: ChunkDigest?) async throws {
        try await committer.change { [storage] ledger, time in
            if try storage.published(record) == nil { try upload.file(storage).sync() }
            try storage.publish(record)
            let version = try storage.published(record)
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
}
