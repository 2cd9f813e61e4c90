import TransferCore

/// The name that a file gets at a chunk server: one component or several, joined by `/`.
///
/// The rules are the server's own, so that a name that it would refuse is found before the first request.
public enum UploadName {
    /// The longest name, in bytes of UTF-8.
    public static let maximumBytes = 1024
    /// The longest component, in bytes of UTF-8.
    public static let maximumComponentBytes = 255
    /// How many components a name may have.
    public static let maximumComponents = 32

    /// Checks a name.
    ///
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public static func validate(_ name: String) throws(TransferError) {
        _ = try join(components(of: name))
    }

    /// The name of these components, none of which may hold a `/` of its own.
    static func join(_ components: [String]) throws(TransferError) -> String {
        guard !components.isEmpty else { throw isEmpty }
        for component in components { try check(component) }
        guard components.count <= maximumComponents else {
            throw malformed("may have \(maximumComponents) parts at most")
        }
        let name = components.joined(separator: "/")
        guard name.utf8.count <= maximumBytes else { throw malformed("may have \(maximumBytes) bytes at most") }
        return name
    }

    // Looking at bytes, for a combining mark after "/" makes one character of both.
    static func components(of name: some StringProtocol) -> [String] {
        Substring(name).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
    }

    /// The name as it stands in an address: all but unreserved characters and `/` is percent-encoded
    /// (RFC 3986 §2.3), as the server does it in the address of the finished file.
    static func encode(_ name: String) -> String {
        var encoded = ""
        for byte in name.utf8 {
            if isUnreserved(byte) || byte == UInt8(ascii: "/") {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }

    /// What one component of an address stands for.
    static func decode(_ component: String) throws(TransferError) -> String {
        guard let decoded = String(validating: PercentCoding.decodeLeniently(component), as: UTF8.self) else {
            throw malformed("must be UTF-8")
        }
        return decoded
    }

    private static func check(_ component: String) throws(TransferError) {
        guard !component.isEmpty else { throw isEmpty }
        guard component.utf8.count <= maximumComponentBytes else {
            throw malformed("may have \(maximumComponentBytes) bytes at most between slashes")
        }
        guard component != ".", component != ".." else { throw malformed("may not have \(component) as a part") }
        guard !FieldSyntax.holdsControl(component) else { throw malformed("may not hold a control character") }
        guard !component.utf8.contains(UInt8(ascii: "/")) else { throw malformed("may not hold an encoded slash") }
        guard !component.utf8.contains(UInt8(ascii: "\\")) else { throw malformed("may not hold a backslash") }
    }

    private static var isEmpty: TransferError { malformed("must not be empty, nor may a part of it between slashes") }

    private static func malformed(_ rule: String) -> TransferError {
        TransferError(.malformed, "the name of a file at a server \(rule)")
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        FieldSyntax.isAlpha(byte) || FieldSyntax.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
    }
}
