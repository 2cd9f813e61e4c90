/// Where the server listens, as a person writes it: `127.0.0.1:7270`, `[::1]:7270`, `localhost:7270`, `:7270`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an IP address without brackets; `nil` for all interfaces.
    public let host: String?
    /// 0...65535; 0 takes any that is free.
    public let port: Int

    /// 127.0.0.1.
    public static func loopback(port: Int = 0) -> ListenAddress { ListenAddress(host: "127.0.0.1", port: port) }

    init(host: String?, port: Int) {
        self.host = host
        self.port = port
    }

    /// Throws ``ServerSetupError`` for anything but `HOST:PORT`, `[IPV6]:PORT` and `:PORT`.
    public init(_ text: String) throws {
        guard let colon = text.lastIndex(of: ":") else {
            throw ServerSetupError("'\(text)' has no port: write HOST:PORT, for example 127.0.0.1:7270")
        }
        let digits = text[text.index(after: colon)...]
        guard let port = UInt16(digits), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ServerSetupError("'\(digits)' in '\(text)' is not a port: it is a number from 0 to 65535")
        }
        self.port = Int(port)
        host = try Self.host(text[..<colon], of: text)
    }

    private static func host(_ part: Substring, of text: String) throws -> String? {
        if part.isEmpty { return nil }
        if part.hasPrefix("["), part.hasSuffix("]") {
            let address = part.dropFirst().dropLast()
            guard address.contains(":"), !address.contains(where: { "[]".contains($0) }) else {
                throw ServerSetupError("'\(part)' in '\(text)' is not an IPv6 address in brackets")
            }
            return String(address)
        }
        guard !part.contains(where: { ":[]".contains($0) }) else {
            throw ServerSetupError("'\(text)' is ambiguous: write an IPv6 address in brackets, as in [::1]:7270")
        }
        guard part.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }) else {
            throw ServerSetupError("'\(part)' in '\(text)' is not a host")
        }
        return String(part)
    }

    /// As it is written in a URL: `[::1]:7270`.
    public var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
