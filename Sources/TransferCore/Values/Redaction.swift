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
        return text + path[..<question] + "?" + redactedQuery(Substring(path[path.utf8.index(after: question)...]))
    }

    /// The value of a header field, without what gives access: all of it if the field carries credentials or says who
    /// somebody is, and otherwise passwords and signatures of the addresses in it.
    public static func field(name: String, value: String) -> String {
        let name = name.lowercased()
        if isSecret(name) || name.contains("cookie") || name.contains("session") { return "***" }
        // Addresses stand in `Location`, in `Link` between angle brackets, and wherever a server likes to put them.
        return value.utf8.split(omittingEmptySubsequences: false) { " <>,;".utf8.contains($0) }
            .reduce(into: "") { text, word in
                text += redactedWord(Substring(word))
                if word.endIndex < value.endIndex { text.unicodeScalars.append(value.unicodeScalars[word.endIndex]) }
            }
    }

    /// A word that may be an address, absolute or not, or a parameter.
    private static func redactedWord(_ word: Substring) -> String {
        var text = word
        var start = ""
        for scheme in ["http://", "https://"] {
            guard let range = word.range(ofUTF8: scheme) else { continue }
            start = String(word[..<range.lowerBound])
            text = Substring(address(String(word[range.lowerBound...])))
        }
        guard let question = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return start + redactedQuery(text) }
        return start + text[..<question] + "?" + redactedQuery(text[text.utf8.index(after: question)...])
    }

    private static func redactedQuery(_ query: Substring) -> String {
        query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
            .map { redacted(Substring($0)) }.joined(separator: "&")
    }

    private static func redacted(_ parameter: Substring) -> String {
        guard let equals = parameter.utf8.firstIndex(of: UInt8(ascii: "=")) else { return String(parameter) }
        let name = parameter[..<equals].lowercased()
        return isSecret(name) ? parameter[..<equals] + "=***" : String(parameter)
    }

    private static func isSecret(_ name: String) -> Bool {
        ["sig", "token", "key", "secret", "pass", "credential", "auth"].contains { name.contains($0) }
    }
}

extension Substring {
    /// Where `text`, in ASCII, stands for the first time, letters of either case.
    fileprivate func range(ofUTF8 text: String) -> Range<Index>? {
        let wanted = Array(text.utf8)
        var index = startIndex
        while let end = utf8.index(index, offsetBy: wanted.count, limitedBy: endIndex) {
            if utf8[index..<end].elementsEqual(wanted, by: { $0 | 0x20 == $1 | 0x20 }) { return index..<end }
            index = utf8.index(after: index)
        }
        return nil
    }
}
