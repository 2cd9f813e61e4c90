import Crypto
import TransferCore
import WireProtocols

/// An unfinished upload of somebody else compared with a local file: what can be kept of it.
struct Adoption: Sendable {
    let source: SourceIdentity
    /// The file cut as the upload is.
    let plan: ChunkPlan
    /// What proves the chunks that the store has as they are in the file.
    let receipts: [Int: Receipt]
    /// Chunks in whose place the store has something else, ascending.
    let differing: [Int]

    /// Compares every part that is there with the file. Reads as much of the file as there are parts, which takes time.
    ///
    /// - Throws: One sentence, if the upload cannot be of this file.
    init(_ parts: StoredParts, file path: String) throws {
        var receipts: [Int: Receipt] = [:]
        var differing: [Int] = []
        (source, plan) = try FileReading.read(path) { file in
            let source = try file.identity()
            let plan = try Self.plan(parts, size: source.size, path: path)
            for index in 0..<plan.count {
                guard let entries = parts.entries[index + 1] else { continue }
                let digests = try Self.digests(of: plan.range(of: index), in: file, path)
                receipts[index] = Self.receipt(for: digests, among: entries)
                if receipts[index] == nil { differing.append(index) }
            }
            guard try file.identity() == source else { throw Failure("\(path) changed while it was read") }
            return (source, plan)
        }
        guard !receipts.isEmpty else { throw Failure("no part of the upload is what stands in \(path)") }
        self.receipts = receipts
        self.differing = differing
    }

    /// How the file must have been cut for these parts to be of it: all of one size but the last.
    ///
    /// - Throws: One sentence, if there is no such way.
    static func plan(_ parts: StoredParts, size: Int64, path: String) throws(Failure) -> ChunkPlan {
        guard let partSize = parts.entries.values.joined().map(\.size).max(), partSize > 0, size > 0 else {
            throw Failure("there is nothing to compare: the upload or the file is empty")
        }
        let plan = ChunkPlan(size: size, exactChunkSize: partSize)
        guard plan.count <= S3Limits.partNumbers.upperBound else {
            throw Failure("\(path) would have more than \(S3Limits.partNumbers.upperBound) parts of \(partSize) bytes")
        }
        guard plan.count == 1 || partSize >= S3Limits.smallestPart else {
            throw Failure(
                "\(path) would have \(plan.count) parts of \(partSize) bytes, and a store wants 5 MiB at least in all but "
                    + "the last: the upload cannot be completed")
        }
        for number in parts.entries.keys.sorted() {
            guard number <= plan.count else {
                throw Failure(
                    "\(path) has \(plan.count) parts of \(partSize) bytes, and the store has a part \(number)")
            }
            let length = plan.range(of: number - 1).length
            guard let entries = parts.entries[number], entries.contains(where: { $0.size == length }) else {
                throw Failure(
                    "part \(number) of the upload is not the \(length) bytes that it would have of \(path): that is another "
                        + "file, or its parts are not all of one size")
            }
        }
        return plan
    }

    private static func digests(
        of range: ByteRange, in file: any SourceFile, _ path: String
    ) throws(TransferError) -> ChunkDigests {
        var (sha256, md5) = (SHA256(), Insecure.MD5())
        try FileReading.read(file, range, path) {
            sha256.update(bufferPointer: $0)
            md5.update(bufferPointer: $0)
        }
        return ChunkDigests(sha256: Hex.encode(sha256.finalize()), md5: Hex.encode(md5.finalize()))
    }

    /// What proves that one of the entries holds a chunk.
    static func receipt(for digests: ChunkDigests, among entries: [S3Part]) -> Receipt? {
        entries.lazy.compactMap { digests.receipt(for: $0.offer) }.first
    }
}
