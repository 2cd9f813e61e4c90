/// The part of an address that limits and back-off apply to.
public enum Remote {
    /// Scheme, credentials, host and port of a URL in lowercase, such as `https://example.org:443`; of an object its
    /// bucket, such as `s3://photos`; the whole text if it is no URL.
    public static func key(of address: String) -> String {
        guard let parts = AddressParts(address) else { return address }
        // Stores count requests by bucket, and some have hosts of their own for each. Case tells buckets apart.
        if RemoteKind(address) == .s3 { return "\(parts.scheme)://\(parts.host)" }
        let scheme = parts.scheme.lowercased()
        let host = parts.host.lowercased()
        // The colons of an IPv6 address stand before its bracket.
        let afterAddress = host.lastIndex(of: "]").map { host[$0...] } ?? host[...]
        let port = afterAddress.contains(":") ? "" : scheme == "https" ? ":443" : ":80"
        let userinfo = parts.userinfo.map { $0.lowercased() + "@" } ?? ""
        return "\(scheme)://\(userinfo)\(host)\(port)"
    }
}
