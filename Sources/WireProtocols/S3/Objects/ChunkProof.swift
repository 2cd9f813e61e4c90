import TransferCore

extension S3Part {
    /// Whether the part is the chunk that a receipt proves.
    ///
    /// - Parameter length: Of the chunk, in bytes.
    public func isProven(by receipt: Receipt, length: Int64) -> Bool {
        guard size == length, let tag = receipt.entityTag, S3EntityTag.isSame(entityTag, tag) else { return false }
        guard let told = checksums[.sha256], let held = receipt.sha256 else { return true }
        return told == held
    }

    /// What the store says of the part, which may turn out to be that of a chunk.
    public var offer: Receipt { Receipt(sha256: checksums[.sha256], entityTag: entityTag) }

    /// With our own SHA-256, in lowercase hex, where the store lists none.
    public func with(sha256: String?) -> S3Part {
        guard checksums[.sha256] == nil, let sha256 else { return self }
        return S3Part(
            number: number, size: size, entityTag: entityTag,
            checksums: checksums.merging([.sha256: sha256]) { _, ours in ours })
    }
}

extension ChunkDigests {
    /// What proves the chunk if that is what the store has already. Where the store tells no SHA-256, its tag may be the
    /// MD5, as it is of a part unless that is encrypted with a key of its own.
    public func receipt(for offer: Receipt) -> Receipt? {
        let isSame =
            if let told = offer.sha256 {
                told == sha256
            } else if let md5, let tag = offer.entityTag {
                S3EntityTag.md5(tag) == md5
            } else {
                false
            }
        return isSame ? Receipt(sha256: sha256, entityTag: offer.entityTag) : nil
    }
}
