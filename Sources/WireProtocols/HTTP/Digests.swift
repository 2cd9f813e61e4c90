import TransferCore

/// `Repr-Digest` and `Content-Digest` (RFC 9530 §2, §3).
///
/// The older `Digest` is not read: servers disagreed on whether it covers the file or the message
/// (RFC 9530 appendix "Migrating from RFC 3230").
public enum Digests {
    /// The SHA-256 in lowercase hex from the lines of one digest field.
    ///
    /// - Returns: `nil` if there is none, or if any of the field is malformed.
    public static func sha256(_ lines: [String]) -> String? {
        guard !lines.isEmpty, let dictionary = StructuredDictionary(lines.joined(separator: ", ")),
            case .bytes(let digest) = dictionary["sha-256"], digest.count == 32
        else { return nil }
        return Hex.encode(digest)
    }

    /// The SHA-256 in lowercase hex from a digest field of one line.
    public static func sha256(_ line: String) -> String? {
        sha256([line])
    }
}
