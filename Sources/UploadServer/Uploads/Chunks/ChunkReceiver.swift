import Hummingbird
import TransferCore

/// Takes in the body of one chunk: reads, hashes and writes it piece by piece, then has it committed.
///
/// The pieces go to their place in the file before the chunk is verified. That is safe, because nobody was told that
/// this chunk is there, and only one writes it at a time; what fails the check is written over by the next try.
///
/// A piece is a buffer full. It gets a buffer once its first bytes have come, and keeps it only for a moment if the
/// client is slow and others wait: then what has come is a piece already.
struct ChunkReceiver: Sendable {
    /// How many bytes come before there is a buffer for them: a multiple of the alignment of direct writes.
    private static let gathered = 16 << 10
    /// How long a buffer may be filled while others wait for one.
    private static let share = Duration.milliseconds(50)

    let claim: ChunkClaim
    let upload: OpenUpload
    let record: UploadRecord
    let reception: Reception
    let tools: ChunkTools
    var bytesPerSecond: Int?
    /// Treats the right checksum as wrong.
    var rejectsChecksum = false

    /// Receives a new chunk. Nothing is written after it returned or threw.
    ///
    /// - Returns: The next expected chunk, after the chunk is durable and recorded.
    func store(_ body: RequestBody) async throws -> Int {
        try await receive(body) { piece, offset, digest in
            try await withCheckedThrowingContinuation { continuation in
                tools.workers.submit {
                    finish(piece, offset, digest) { continuation.resume(with: $0) }
                }
            }
        }
    }

    /// Receives a chunk that is stored already: only compares it with the checksum that came with it.
    ///
    /// - Returns: The next expected chunk.
    func verify(_ body: RequestBody) async throws -> Int {
        try await receive(body) { piece, _, digest in
            try await tools.workers.run {
                defer { tools.buffers.giveBack(piece.buffer) }
                digest.update(piece.bytes, count: piece.count)
                guard piece.isLast else { return 0 }
                try check(digest)
                return try tools.ledger.upload(record.id)?.nextExpectedChunk ?? 0
            }
        }
    }

    /// What a buffer holds.
    private struct Piece: Sendable {
        var buffer: ChunkBuffers.Buffer
        var count: Int
        var isLast: Bool

        var bytes: UnsafeMutableRawBufferPointer { buffer.bytes }
    }

    /// Cuts the body into pieces, each of which is done with before the next one is read. `each` gives the buffer back.
    private func receive(
        _ body: RequestBody, each: @Sendable (Piece, _ offset: Int64, RunningDigest) async throws -> Int
    ) async throws -> Int {
        var stream = ChunkBody(body, reception: reception, bytesPerSecond: bytesPerSecond)
        let digest = RunningDigest()
        var received: Int64 = 0
        while true {
            let piece = try await nextPiece(claim.length - received, from: &stream)
            let start = record.plan.range(of: claim.index).start + received
            let next = try await each(piece, start, digest)
            received += Int64(piece.count)
            if piece.isLast { return next }
        }
    }

    private func nextPiece(_ rest: Int64, from stream: inout ChunkBody) async throws -> Piece {
        let wanted = Int(min(Int64(ChunkBuffers.bufferSize), rest))
        do {
            try await stream.gather(min(wanted, Self.gathered))
            let buffer = try await tools.buffers.take(for: reception)
            do {
                let count = try await fill(buffer, wanted, from: &stream)
                return Piece(buffer: buffer, count: count, isLast: Int64(count) == rest)
            } catch {
                tools.buffers.giveBack(buffer)
                throw error
            }
        } catch is ChunkBody.EarlyEnd {
            throw Problem(.badRequest, "the connection ended within the chunk", headers: [.connection: "close"])
        }
    }

    /// - Returns: `wanted`, or fewer and a multiple of the alignment; never 0, since enough was gathered.
    private func fill(
        _ buffer: ChunkBuffers.Buffer, _ wanted: Int, from stream: inout ChunkBody
    ) async throws -> Int {
        let start = ContinuousClock.now
        let filled = try await stream.fill(buffer.bytes, count: wanted) {
            tools.buffers.isAwaited && .now - start >= Self.share
        }
        guard filled < wanted else { return filled }
        // What follows a boundary comes first next time, so that all but the end is written past the page cache.
        let count = filled / Int(ChunkPlan.alignment) * Int(ChunkPlan.alignment)
        stream.putBack(UnsafeRawBufferPointer(rebasing: buffer.bytes[count..<filled]))
        return count
    }

    /// Writes a piece, on a worker; the last one is answered by the committer.
    private func finish(
        _ piece: Piece, _ offset: Int64, _ digest: RunningDigest,
        _ done: @escaping @Sendable (Result<Int, any Error>) -> Void
    ) {
        do {
            let file = try write(piece, offset, digest)
            guard piece.isLast else { return done(.success(0)) }
            guard reception.beginEnd() else { throw CancellationError() }
            let chunk = ReceivedChunk(upload: record.key, index: claim.index, digest: claim.digest)
            tools.committer.submit(ChunkCommitter.Entry(chunk: chunk, file: file, done: done))
        } catch {
            done(.failure(error))
        }
    }

    private func write(_ piece: Piece, _ offset: Int64, _ digest: RunningDigest) throws -> SharedFile {
        defer { tools.buffers.giveBack(piece.buffer) }
        digest.update(piece.bytes, count: piece.count)
        if piece.isLast { try check(digest) }
        let file = try digest.file ?? upload.file(tools.storage)
        digest.file = file
        try file.reserve(record.plan.range(of: claim.index))
        try file.write(UnsafeRawBufferPointer(rebasing: piece.bytes[..<piece.count]), at: offset)
        return file
    }

    private func check(_ digest: RunningDigest) throws {
        guard digest.value == claim.digest, !rejectsChecksum else {
            throw Problem(.checksumMismatch, "the bytes of chunk \(claim.index) do not match their checksum")
        }
    }
}

/// What receiving a chunk takes.
struct ChunkTools: Sendable {
    let buffers: ChunkBuffers
    let workers: Workers
    let storage: any ChunkStorage
    let ledger: any UploadLedger
    let committer: ChunkCommitter
}
