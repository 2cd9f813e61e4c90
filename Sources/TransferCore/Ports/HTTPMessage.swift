/// A request without its body (see ``RequestBody``).
public struct HTTPRequest: Sendable, Hashable {
    public var method: String
    /// Absolute, `http` or `https`.
    public var url: String
    public var headers: [HeaderField]

    public init(method: String, url: String, headers: [HeaderField]) {
        self.method = method
        self.url = url
        self.headers = headers
    }
}

/// The status line and header section of an answer (RFC 9110 §6).
public struct ResponseHead: Sendable, Hashable {
    public var status: Int
    public var fields: [HeaderField]

    public init(status: Int, fields: [HeaderField] = []) {
        self.status = status
        self.fields = fields
    }

    /// The first field of that name, compared without regard to case.
    public subscript(name: String) -> String? {
        fields.first { Self.equal($0.name, name) }?.value
    }

    /// Every field of that name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { Self.equal($0.name, name) }.map(\.value)
    }

    private static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
