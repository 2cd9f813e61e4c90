import Crypto
import FoundationEssentials
import TransferCore

/// What the finished object of an upload must look like from outside.
struct FinishedObject: Sendable, Hashable {
    /// In bytes.
    private let size: Int64
    /// Lowercase hex: of the content, or of an object in parts of their digests; `nil` if not known.
    private let sha256: String?
    /// Bare; `nil` if not known.
    private let entityTag: String?
    /// `nil` for an object of one piece.
    private let partCount: Int?

    /// An object that came in one request.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 in lowercase hex, if the content was read.
    ///   - entityTag: What the store called it, or is known to call it.
    init(size: Int64, digest: String?, entityTag: String?) {
        self.size = size
        sha256 = digest
        self.entityTag = entityTag.map(S3EntityTag.bare)
        partCount = nil
    }

    /// An object in parts.
    ///
    /// - Returns: `nil` if the receipt of any chunk is missing.
    init?(plan: ChunkPlan, receipts: [Int: Receipt]) {
        let known = (0..<plan.count).compactMap { receipts[$0] }
        guard !known.isEmpty, known.count == plan.count else { return nil }
        size = plan.size
        partCount = plan.count
        let digests = known.compactMap { $0.sha256.flatMap(Hex.decode) }
        sha256 = digests.count == plan.count ? Hex.encode(SHA256.hash(data: Data(digests.joined()))) : nil
        let tags = known.compactMap { $0.entityTag.flatMap(S3EntityTag.md5).flatMap(Hex.decode) }
        entityTag =
            tags.count == plan.count
            ? "\(Hex.encode(Insecure.MD5.hash(data: Data(tags.joined()))))-\(plan.count)" : nil
    }

    /// Whether this is the object whose head the store has sent. What cannot be told counts as another one.
    func isDescribed(by head: ResponseHead) -> Bool {
        guard ContentLength(head) == .known(size) else { return false }
        // All empty objects are the same, and some stores keep no checksum of them.
        if size == 0 { return true }
        if let sha256, let found = Self.checksum(in: head) { return isSame(found, sha256) }
        guard let entityTag, let found = head["ETag"] else { return false }
        return S3EntityTag.isSame(found, entityTag)
    }

    /// Whether the checksum, told when the object was completed, is of another one.
    func contradicts(_ checksum: S3ObjectChecksum) -> Bool {
        guard let sha256, checksum.algorithm == .sha256 else { return false }
        return !isSame(checksum, sha256)
    }

    /// What the head of an object says of its SHA-256.
    static func checksum(in head: ResponseHead) -> S3ObjectChecksum? {
        S3ObjectChecksum.all(in: head).first { $0.algorithm == .sha256 }
    }

    private func isSame(_ checksum: S3ObjectChecksum, _ sha256: String) -> Bool {
        // Not every store says of what kind a checksum is, or of how many parts.
        let isOfParts = checksum.kind.map { $0 == .composite } ?? (partCount != nil)
        guard isOfParts == (partCount != nil), checksum.partCount == nil || checksum.partCount == partCount else {
            return false
        }
        return checksum.value == sha256
    }
}
