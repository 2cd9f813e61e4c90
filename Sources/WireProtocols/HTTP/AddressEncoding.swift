/// Makes an address that a person typed fit for a request line.
enum AddressEncoding {
    /// The address with everything percent-encoded that must not stand in a URI (RFC 3986 §2), and without its
    /// fragment, which is not for the server. The host is left as it is: its encoding is not this one.
    static func encode(_ address: String) -> String {
        let withoutFragment = address.prefix { $0 != "#" }
        guard let separator = withoutFragment.firstRange(of: "://") else { return String(withoutFragment) }
        let rest = withoutFragment[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        var encoded = String(withoutFragment[..<authority.endIndex])
        for byte in withoutFragment[authority.endIndex...].utf8 {
            if byte > 0x20, byte < 0x7F, !unsafe.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }

    /// Printable, but with no place in a URI.
    private static let unsafe = Set("\"<>\\^`{|}".utf8)
}
