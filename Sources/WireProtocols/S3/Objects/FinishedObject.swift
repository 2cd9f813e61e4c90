import Crypto
import FoundationEssentials
import TransferCore

/// What the finished object of an upload must look like from outside.
public struct FinishedObject: Sendable, Hashable {
    /// In bytes.
    private let size: Int64
    /// Lowercase hex: of the content, or of an object in parts of their digests; `nil` if not known.
    private let sha256: String?
    /// Bare; `nil` if not known.
    private let entityTag: String?
    /// `nil` for an object of one piece.
    private let partCount: Int?
    /// SHA-256 of the content in lowercase hex where the object has one part only.
    private let onlyPart: String?

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
        onlyPart = nil
    }

    /// An object in parts, which are the chunks of a file (Amazon S3 User Guide, "Checking object integrity").
    ///
    /// - Returns: `nil` if the receipt of any chunk is missing.
    public init?(plan: ChunkPlan, receipts: [Int: Receipt]) {
        let known = (0..<plan.count).compactMap { receipts[$0] }
        guard known.count == plan.count else { return nil }
        size = plan.size
        partCount = plan.count
        onlyPart = plan.count == 1 ? known[0].sha256 : nil
        let digests = known.compactMap { $0.sha256.flatMap(Hex.decode) }
        sha256 = digests.count == plan.count ? Hex.encode(SHA256.hash(data: Data(digests.joined()))) : nil
        let tags = known.compactMap { $0.entityTag.flatMap(S3EntityTag.md5).flatMap(Hex.decode) }
        entityTag =
            tags.count == plan.count
            ? "\(Hex.encode(Insecure.MD5.hash(data: Data(tags.joined()))))-\(plan.count)" : nil
    }

    /// Whether this is the object that the store has. What cannot be told counts as another one.
    public func isDescribed(by object: StoredObject) -> Bool {
        guard object.size == size else { return false }
        // All empty objects are the same, and some stores keep no checksum of them.
        if size == 0 { return true }
        if let sha256, let found = object.checksums.sha256 { return isSame(found, sha256) }
        guard let entityTag, let found = object.entityTag.map(S3EntityTag.bare) else { return false }
        // Made of digits here, and some stores write them in capitals.
        return (partCount == nil ? found : FieldSyntax.lowercased(found)) == entityTag
    }

    /// Whether this is the object whose head the store has sent.
    func isDescribed(by head: ResponseHead) -> Bool {
        StoredObject(head).map(isDescribed) ?? false
    }

    /// Whether the checksum, told when the object was completed, is of another one.
    func contradicts(_ checksum: S3ObjectChecksum) -> Bool {
        guard let sha256, checksum.algorithm == .sha256 else { return false }
        return !isSame(checksum, sha256)
    }

    private func isSame(_ checksum: S3ObjectChecksum, _ sha256: String) -> Bool {
        if let onlyPart, checksum.kind == .fullObject { return checksum.value == onlyPart }
        // Not every store says of what kind a checksum is, or of how many parts.
        let isOfParts = checksum.kind.map { $0 == .composite } ?? (partCount != nil)
        guard isOfParts == (partCount != nil), checksum.partCount == nil || checksum.partCount == partCount else {
            return false
        }
        return checksum.value == sha256
    }
}
