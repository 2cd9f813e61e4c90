/// Takes secrets out of what people are shown.
public enum Redaction {
    /// The address without its password and without the values of query parameters that carry a signature or token.
    ///
    /// That of an object is shown as it is: `@`, `?` and `=` are part of its key, and it never holds a secret.
    public static func address(_ address: String) -> String {
        guard RemoteKind(address) == .http, let parts = AddressParts(address) else { return address }
        var text = "\(parts.scheme)://"
        if let userinfo = parts.userinfo {
            // What stands there alone may be a token.
            let colon = userinfo.utf8.firstIndex(of: UInt8(ascii: ":"))
            let user = colon.map { String(userinfo[..<$0]) + ":" } ?? ""
            text += user + "***@"
        }
        text += parts.host
        let path = parts.rest
        guard let question = path.utf8.firstIndex(of: UInt8(ascii: "?")) else { return text + String(path) }
        text += path[..<question] + "?"
        let parameters = path.utf8[path.utf8.index(after: question)...]
            .split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        return text + parameters.map { redacted(Substring($0)) }.joined(separator: "&")
    }

    private static func redacted(_ parameter: Substring) -> String {
        guard let equals = parameter.utf8.firstIndex(of: UInt8(ascii: "=")) else { return String(parameter) }
        let name = parameter[..<equals].lowercased()
        let secrets = ["sig", "token", "key", "secret", "pass", "credential", "auth"]
        return secrets.contains { name.contains($0) } ? parameter[..<equals] + "=***" : String(parameter)
    }
}
