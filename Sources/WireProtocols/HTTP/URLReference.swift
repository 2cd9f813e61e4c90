/// The parts of a URL or of a reference relative to one (RFC 3986 §4.1), without the fragment, which is never sent.
struct URLReference: Hashable, Sendable {
    /// In lowercase; `nil` in a relative reference.
    var scheme: String?
    /// `nil` if there is none, which differs from an empty one.
    var authority: URLAuthority?
    var path: String
    var query: String?

    /// Takes a reference apart (RFC 3986 appendix B).
    ///
    /// Characters that may not stand in a path or query, such as spaces and letters outside ASCII, are
    /// percent-encoded.
    ///
    /// - Returns: `nil` if there is a control character or the authority is malformed.
    init?(_ text: String) {
        let text = FieldSyntax.trimmed(text)
        guard !FieldSyntax.holdsControl(text) else { return nil }
        var rest = Substring(text)
        if let hash = rest.utf8.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<hash] }
        if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) {
            query = PercentCoding.encode(rest[rest.utf8.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(rest[..<colon]) {
            scheme = FieldSyntax.lowercased(rest[..<colon])
            rest = rest[rest.utf8.index(after: colon)...]
        }
        if rest.utf8.starts(with: "//".utf8) {
            rest = rest[rest.utf8.index(rest.startIndex, offsetBy: 2)...]
            let end = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            guard let authority = URLAuthority(rest[..<end]) else { return nil }
            self.authority = authority
            rest = rest[end...]
        }
        path = PercentCoding.encode(rest)
    }

    /// The reference with its parts put together (RFC 3986 §5.3).
    var text: String {
        var text = ""
        if let scheme { text += scheme + ":" }
        if let authority { text += "//" + authority.text }
        text += path
        if let query { text += "?" + query }
        return text
    }

    /// Resolves a reference that was found at this address (RFC 3986 §5.2.2).
    ///
    /// - Returns: `nil` if this is not an absolute address.
    func resolving(_ reference: URLReference) -> URLReference? {
        guard scheme != nil else { return nil }
        var target = reference
        if reference.scheme == nil {
            target.scheme = scheme
            if reference.authority == nil {
                target.authority = authority
                if reference.path.isEmpty {
                    target.path = path
                    target.query = reference.query ?? query
                } else if !reference.path.utf8.starts(with: "/".utf8) {
                    target.path = merging(reference.path)
                }
            }
        }
        target.path = Self.removingDotSegments(target.path)
        // "http://host" and "http://host/" are the same (RFC 9110 §4.2.3), but only one can be sent.
        if target.authority != nil, target.path.isEmpty { target.path = "/" }
        return target
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, FieldSyntax.isAlpha(first) else { return false }
        return text.utf8.allSatisfy {
            FieldSyntax.isAlpha($0) || FieldSyntax.isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".")
        }
    }

    /// RFC 3986 §5.2.3
    private func merging(_ relative: String) -> String {
        if authority != nil, path.isEmpty { return "/" + relative }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return relative }
        return path[...slash] + relative
    }

    /// RFC 3986 §5.2.4, segment by segment.
    private static func removingDotSegments(_ path: String) -> String {
        let isAbsolute = path.utf8.starts(with: "/".utf8)
        let relative = isAbsolute ? path.dropFirst() : path[...]
        let segments = relative.split(separator: "/", omittingEmptySubsequences: false)
        var output: [Substring] = []
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".":
                if isLast { output.append("") }
            case "..":
                _ = output.popLast()
                if isLast { output.append("") }
            default:
                output.append(segment)
            }
        }
        return (isAbsolute ? "/" : "") + output.joined(separator: "/")
    }
}

/// The host and port of a URL (RFC 3986 §3.2). User and password are forgotten.
struct URLAuthority: Hashable, Sendable {
    /// As it came, an IPv6 address with its brackets; empty in `file:///`.
    var host: String
    var port: Int?

    /// - Returns: `nil` if the host holds a character that no host can, or the port is no port number.
    init?(_ text: Substring) {
        // Browsers take a backslash for a slash and would find another host than the RFC does.
        guard !text.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        var rest = text
        // The last "@", as browsers read it: what is before it is never a host.
        if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) { rest = rest[rest.utf8.index(after: at)...] }
        var hostEnd = rest.endIndex
        if rest.utf8.first == UInt8(ascii: "[") {
            guard let bracket = rest.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = rest.utf8.index(after: bracket)
            let address = rest[rest.utf8.index(after: rest.startIndex)..<bracket]
            guard !address.isEmpty, address.utf8.allSatisfy(Self.isAddressByte) else { return nil }
        } else {
            hostEnd = rest.utf8.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            guard rest[..<hostEnd].utf8.allSatisfy(Self.isHostByte) else { return nil }
        }
        host = String(rest[..<hostEnd])
        guard hostEnd < rest.endIndex else { return }
        guard rest.utf8[hostEnd] == UInt8(ascii: ":") else { return nil }
        let digits = rest[rest.utf8.index(after: hostEnd)...]
        // An empty port is the default one (RFC 3986 §3.2.3).
        if digits.isEmpty { return }
        guard let number = FieldSyntax.number(digits), (1...65_535).contains(number) else { return nil }
        port = Int(number)
    }

    var text: String { host + (port.map { ":\($0)" } ?? "") }

    /// Characters of an IPv6 address, perhaps with a zone (RFC 3986 §3.2.2, RFC 6874).
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        FieldSyntax.isAlpha(byte) || FieldSyntax.isDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Letters outside ASCII are let through: names may be internationalised.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        FieldSyntax.isAlpha(byte) || FieldSyntax.isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~") || byte >= 0x80
    }
}
