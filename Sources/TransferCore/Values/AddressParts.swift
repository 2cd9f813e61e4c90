/// The parts of an absolute URL (RFC 3986 §3) as they stand there, for code that shows or compares addresses.
///
/// It judges nothing: whether an address is valid is the protocol's business. It looks at bytes, not at characters: a
/// combining mark behind an `@` makes another character of it, but not another address. Of the address of an object,
/// `s3://BUCKET/KEY`, only ``scheme`` and ``host`` have a meaning.
public struct AddressParts: Sendable {
    /// Without `://`.
    public let scheme: Substring
    /// User and password as they stand before the `@`; `nil` without one.
    public let userinfo: Substring?
    /// With the port, if there is one.
    public let host: Substring
    /// Everything behind the authority: path, query and fragment.
    public let rest: Substring

    /// `nil` without `://`.
    public init?(_ address: String) {
        guard let separator = address.utf8.firstRange(of: "://".utf8) else { return nil }
        let tail = address.utf8[separator.upperBound...]
        let authority = tail.prefix { !"/?#".utf8.contains($0) }
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        scheme = address[..<separator.lowerBound]
        userinfo = at.map { Substring(authority[..<$0]) }
        host = Substring(at.map { authority[authority.index(after: $0)...] } ?? authority)
        rest = Substring(tail[authority.endIndex...])
    }
}
