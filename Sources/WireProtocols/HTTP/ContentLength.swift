import TransferCore

/// What an answer says about the length of its body (RFC 9112 §6.3).
public enum ContentLength: Hashable, Sendable {
    /// The body has this many bytes.
    case known(Int64)
    /// None was given, or `Transfer-Encoding` overrides it (RFC 9112 §6.3).
    case unknown
    /// Not a number, too large a number, or two that differ (RFC 9110 §8.6).
    case invalid

    /// Reads `Content-Length`; one value that is repeated counts as one (RFC 9110 §8.6).
    public init(_ head: ResponseHead) {
        let codings = head.values(of: "Transfer-Encoding").map { FieldSyntax.trimmed($0) }
        let values = head.values(of: "Content-Length")
            .flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .map { FieldSyntax.number(FieldSyntax.trimmed($0)) }
        if let first = values.first {
            guard let length = first, values.allSatisfy({ $0 == length }) else {
                self = .invalid
                return
            }
            self = codings.contains { !$0.isEmpty } ? .unknown : .known(length)
        } else {
            self = .unknown
        }
    }
}
