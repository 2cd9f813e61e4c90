import TransferCore

/// What a user may add to a request.
enum UserHeader {
    /// Fields that decide how the message is framed or routed (RFC 9110 §7.6.1, RFC 9112 §6).
    private static let framing: Set<String> = [
        "connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]
    /// Fields that decide which bytes come back (RFC 9110 §12.5.3, §14.2).
    private static let content: Set<String> = ["accept-encoding", "content-range", "range"]

    /// - Throws: ``TransferError/Code/malformed``. The sentence never shows the value, which may be a secret, nor a
    ///   name that is none, because it may be part of one.
    static func validate(_ header: HeaderField) throws(TransferError) {
        guard !header.name.isEmpty else {
            throw TransferError(.malformed, "a header needs a name before the colon")
        }
        guard FieldSyntax.isToken(header.name) else {
            throw TransferError(.malformed, "the name of a header may hold only letters, digits and !#$%&'*+-.^_`|~")
        }
        guard header.value.utf8.allSatisfy({ !FieldSyntax.isControl($0) || $0 == 0x09 }) else {
            throw TransferError(
                .malformed, "the value of the header \(header.name) holds a line break or another control character")
        }
        let name = FieldSyntax.lowercased(header.name)
        // Every field that begins so is a condition on the request (RFC 9110 §13.1).
        guard !framing.contains(name), !content.contains(name), name != "if", !name.hasPrefix("if-") else {
            throw TransferError(.malformed, "the header \(header.name) is set by carryon itself and cannot be given")
        }
    }
}
