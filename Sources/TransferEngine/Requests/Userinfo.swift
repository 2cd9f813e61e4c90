/// User and password in an address (RFC 3986 §3.2.1).
enum Userinfo {
    /// `target` with the user and password of `source`; for two addresses of one origin.
    static func carry(from source: String, to target: String) -> String {
        guard let userinfo = userinfo(of: source), let separator = target.firstRange(of: "://") else { return target }
        return target[..<separator.upperBound] + userinfo + "@" + target[separator.upperBound...]
    }

    private static func userinfo(of address: String) -> Substring? {
        guard let separator = address.firstRange(of: "://") else { return nil }
        let authority = address[separator.upperBound...].prefix { !"/?#".contains($0) }
        return authority.lastIndex(of: "@").map { authority[..<$0] }
    }
}
