/// The parts of an absolute URL (RFC 3986 §3) as they stand there, for code that shows or compares addresses.
///
/// It judges nothing: whether an address is valid is the protocol's business.
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
        guard let separator = address.firstRange(of: "://") else { return nil }
        let tail = address[separator.upperBound...]
        let authority = tail.prefix { !"/?#".contains($0) }
        let at = authority.lastIndex(of: "@")
        scheme = address[..<separator.lowerBound]
        userinfo = at.map { authority[..<$0] }
        host = at.map { authority[authority.index(after: $0)...] } ?? authority
        rest = tail[authority.endIndex...]
    }
}
