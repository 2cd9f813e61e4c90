import TransferCore

/// `Content-Range` in bytes (RFC 9110 §14.4).
public enum ContentRange: Hashable, Sendable {
    /// The body holds these bytes; the total is `nil` where it came as `*`.
    case part(ByteRange, total: Int64?)
    /// None of the bytes asked for exist; the file has this size (RFC 9110 §15.5.17).
    case unsatisfied(total: Int64)

    /// Reads `bytes a-b/N`, `bytes a-b/*` or `bytes */N` (RFC 9110 §14.4).
    ///
    /// - Returns: `nil` for another unit and for anything that is not exactly of that form, that contradicts itself
    ///   or that does not fit into 64 bits: such a part must not be combined with others.
    public static func parse(_ text: String) -> ContentRange? {
        let text = FieldSyntax.trimmed(text)
        guard let space = text.utf8.firstIndex(of: UInt8(ascii: " ")),
            FieldSyntax.lowercased(text[..<space]) == "bytes"
        else { return nil }
        let value = text[text.utf8.index(after: space)...]
        guard let slash = value.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let span = value[..<slash]
        let size = value[value.utf8.index(after: slash)...]
        if span == "*" {
            return FieldSyntax.number(size).map { .unsatisfied(total: $0) }
        }
        guard let dash = span.utf8.firstIndex(of: UInt8(ascii: "-")),
            let first = FieldSyntax.number(span[..<dash]),
            let last = FieldSyntax.number(span[span.utf8.index(after: dash)...]),
            first <= last, last < Int64.max
        else { return nil }
        let range = ByteRange(first, last + 1)
        if size == "*" { return .part(range, total: nil) }
        guard let total = FieldSyntax.number(size), last < total else { return nil }
        return .part(range, total: total)
    }
}
