/// `Want-Repr-Digest` and `Want-Content-Digest` (RFC 9530 §4).
enum DigestPreference {
    /// Whether SHA-256 is acceptable: named with a preference above 0.
    static func wantsSHA256(_ field: String?) -> Bool {
        guard let field else { return false }
        var wants = false
        // Of members with one key the last counts (RFC 9651 §4.2.2).
        for member in field.split(separator: ",") {
            let parts = member.trimmedOfWhitespace.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == "sha-256" else { continue }
            wants = Int(parts[1]).map { (1...10).contains($0) } ?? false
        }
        return wants
    }
}
