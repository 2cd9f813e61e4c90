/// Scheme, host and port: what credentials are meant for (RFC 9110 §4.3.1, RFC 6454 §4).
public struct Origin: Hashable, Sendable {
    /// `http` or `https`.
    public let scheme: String
    /// In lowercase, an IPv6 address with its brackets.
    public let host: String
    /// 80 or 443 where the address gives none.
    public let port: Int

    /// The origin of an absolute `http` or `https` URL, with the default port where none is given
    /// (RFC 9110 §4.2.1, §4.2.2); `nil` for anything else.
    public init?(_ url: String) {
        guard let reference = URLReference(url) else { return nil }
        self.init(reference)
    }

    init?(_ reference: URLReference) {
        guard let scheme = reference.scheme, scheme == "http" || scheme == "https",
            let authority = reference.authority, !authority.host.isEmpty
        else { return nil }
        self.scheme = scheme
        host = FieldSyntax.lowercased(authority.host)
        port = authority.port ?? (scheme == "https" ? 443 : 80)
    }
}
