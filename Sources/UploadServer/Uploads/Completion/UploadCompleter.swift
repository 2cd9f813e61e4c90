/// Turns fully received uploads into finished files: the part that is the same wherever the bytes are.
///
/// It costs the same for any size, unless a digest of the whole file has to be compared.
struct UploadCompleter: Sendable {
    let uploads: OpenUploads
    let assembler: any Assembler
    let patience: Duration

    /// - Parameter wish: The digest that the request gave.
    /// - Returns: Whether the upload is complete now; otherwise the work goes on. Throws a ``Problem``.
    func complete(_ upload: OpenUpload, _ record: UploadRecord, wish: ChunkDigest?) async throws -> Bool {
        if record.status.isGone { throw Problem.gone }
        if record.status == .creating { throw Problem.isAssembling }
        if wish != nil { try assembler.checkCanCompare(record) }
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
                _ = try await uploads.with(upload.id) { try await assembler.assemble($0, $1, expected: expected) }
            }
        })
        if let assembly {
            if let wish, assembly.expected != wish { throw Self.conflict }
            guard try await assembly.wait(patience) else { return false }
        }
        // An earlier try may have got further than its client knows.
        if let wish, let known = upload.record, wish != known.sha256 {
            throw known.sha256 == nil ? Self.tooLate : Self.conflict
        }
        return true
    }

    private static let conflict = Problem(.digestConflict, "the upload has another SHA-256 already")
    private static let tooLate = Problem(
        .digestConflict, "the upload was completed without a SHA-256; ask for the file's with Want-Repr-Digest")
}

/// Makes finished files of uploads: the part that depends on where the bytes are.
protocol Assembler: Sendable {
    /// Throws a ``Problem`` if no digest of that whole file can be compared.
    func checkCanCompare(_ upload: UploadRecord) throws

    /// Makes the finished file, in steps that can be repeated after any of them has failed. Throws a ``Problem``.
    ///
    /// - Parameter expected: What the whole file must have.
    func assemble(_ upload: OpenUpload, _ record: UploadRecord, expected: ChunkDigest?) async throws
}

extension UploadLedger {
    /// Throws a ``Problem`` that names the first chunks that are missing, if any is.
    func checkAllReceived(_ record: UploadRecord) throws {
        guard let now = try upload(record.id), now.receivedCount < record.plan.count else { return }
        // Each missing range lies before or behind a received one.
        let limit = 1000
        let missing = try received(record.key, limit: limit + 1).missing(of: record.plan.count, limit: limit)
        var problem = Problem(.incomplete, "chunks are missing")
        problem.members.add("missingChunks", missing)
        throw problem
    }
}
