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
        if wish != nil { try assembler.checkCanCompare(record) }
        let deadline = ContinuousClock.now + patience
        while true {
            // Only this says what has become of it: the work that was waited for may have been about something else,
            // and an earlier try may have got further than its client knows.
            let record = upload.record ?? record
            if record.status.isGone { throw Problem.gone }
            if record.status == .creating { throw Problem.isAssembling }
            if let wish, let known = record.sha256, wish != known { throw Self.conflict }
            if record.status == .complete {
                if wish != nil, record.sha256 == nil { throw Self.tooLate }
                return true
            }
            guard let work = work(on: upload, expecting: record.sha256 ?? wish) else { continue }
            let rest = max(.zero, deadline - .now)
            if work.purpose == .completion {
                if let wish, work.expected != wish { throw Self.conflict }
                guard try await work.wait(rest) else { return false }
            } else {
                guard await work.hasEnded(within: rest) else { return false }
            }
        }
    }

    /// The work that is under way, or else the completion that begins now; `nil` if the upload is complete.
    private func work(on upload: OpenUpload, expecting expected: ChunkDigest?) -> Assembly? {
        upload.assembly(orBegin: {
            Assembly(.completion, expected: expected) {
                defer { upload.endAssembly() }
                // It may outlast the request; the upload stays open for it.
                let end: Void? = try await uploads.with(upload.id) {
                    try await assembler.assemble($0, $1, expected: expected)
                }
                guard end != nil else { throw Problem.unknownUpload }
            }
        })
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
        throw try incompleteness(of: record)
    }

    /// Names the first chunks that are missing.
    func incompleteness(of record: UploadRecord) throws -> Problem {
        // Each missing range lies before or behind a received one.
        let limit = 1000
        let missing = try received(record.key, limit: limit + 1).missing(of: record.plan.count, limit: limit)
        var problem = Problem(.incomplete, "chunks are missing")
        problem.members.add("missingChunks", missing)
        return problem
    }
}
