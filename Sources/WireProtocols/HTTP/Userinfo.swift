import TransferCore

/// User and password in an address (RFC 3986 §3.2.1).
public enum Userinfo {
    /// `target` with the user and password of `source`; for two addresses of one origin, because what servers give as
    /// an address of theirs has neither.
    public static func carry(from source: String, to target: String) -> String {
        guard let userinfo = AddressParts(source)?.userinfo, let parts = AddressParts(target) else { return target }
        return "\(parts.scheme)://\(userinfo)@\(parts.host)\(parts.rest)"
    }
}
