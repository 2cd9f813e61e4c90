/// `Content-Disposition` (RFC 6266).
public enum ContentDisposition {
    /// The file name as the server wrote it: not safe to use before ``SafeFileName`` has seen it.
    ///
    /// `filename*` goes before `filename` (RFC 6266 §4.3); a `filename*` that cannot be decoded is passed over.
    ///
    /// - Returns: `nil` if there is no name or the field is broken, which includes a parameter given twice
    ///   (RFC 6266 §4.1).
    public static func fileName(_ text: String) -> String? {
        guard let parameters = FieldParameters.parse(text)?.parameters else { return nil }
        if let extended = parameters["filename*"], let name = decodeExtended(extended), !name.isEmpty { return name }
        guard let plain = parameters["filename"], !plain.isEmpty else { return nil }
        return plain
    }

    /// `charset'language'percent-encoded` (RFC 8187 §3.2).
    private static func decodeExtended(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let bytes = PercentCoding.decode(parts[2])
        else { return nil }
        switch FieldSyntax.lowercased(parts[0]) {
        case "utf-8":
            return String(validating: bytes, as: UTF8.self)
        case "iso-8859-1":
            var name = String.UnicodeScalarView()
            name.append(contentsOf: bytes.map { Unicode.Scalar($0) })
            return String(name)
        default:
            return nil
        }
    }
}
