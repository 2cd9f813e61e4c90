/// The part of an address that limits and back-off apply to.
public enum Remote {
    /// Scheme, credentials, host and port of a URL in lowercase, such as `https://example.org:443`; the whole text if
    /// it is no URL.
    public static func key(of address: String) -> String {
        guard let separator = address.firstRange(of: "://") else { return address }
        let scheme = address[..<separator.lowerBound].lowercased()
        let authority = address[separator.upperBound...].prefix { !"/?#".contains($0) }.lowercased()
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority[...]
        // The colons of an IPv6 address stand before its bracket.
        let afterAddress = host.lastIndex(of: "]").map { host[$0...] } ?? host
        let port = afterAddress.contains(":") ? "" : scheme == "https" ? ":443" : ":80"
        return "\(scheme)://\(authority)\(port)"
    }
}
