import TransferCore

/// What a ``FaultyServer`` saw of one request and did about it.
public struct RecordedRequest: Sendable {
    /// From 1, in the order in which the heads arrived.
    public var number: Int
    /// From 1; requests of one number shared a connection.
    public var connection: Int
    public var method: String
    /// The whole request target, with its query.
    public var target: String
    public var fields: [HeaderField]
    /// 0 while there is none: before the answer and where a fault sent none.
    public var status = 0
    /// What came of its body so far.
    public var body: [UInt8] = []
    /// What was handed to the socket so far, without heads and framing.
    public var bodyBytesSent: Int64 = 0
    /// Whether the server is done with it, well or badly.
    public var isFinished = false

    /// The target without its query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// How long its body is, by `Content-Length`.
    var bodyLength: Int64 { Int64(self["Content-Length"] ?? "0") ?? 0 }

    /// The `Range` field as it came.
    public var range: String? { self["Range"] }

    /// The first field of that name.
    public subscript(name: String) -> String? { ResponseHead(status: 0, fields: fields)[name] }
}

/// A single byte range as asked for (RFC 9110 §14.1.2).
struct RangeField {
    /// `nil` for the last `last` bytes.
    var first: Int64?
    /// `nil` for "to the end".
    var last: Int64?

    /// Several ranges or malformed ones give `nil`: they are ignored.
    init?(_ value: String?) {
        guard let value, value.hasPrefix("bytes="), !value.contains(",") else { return nil }
        let ends = value.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        first = Int64(ends[0])
        last = Int64(ends[1])
        if first == nil, last == nil || !ends[0].isEmpty { return nil }
        if last == nil, !ends[1].isEmpty { return nil }
    }

    func contains(_ offset: Int64) -> Bool {
        guard let first else { return false }
        return first <= offset && offset <= last ?? .max
    }

    /// The bytes of a file of `size`; `nil` if there are none (416).
    func resolve(_ size: Int64) -> Range<Int64>? {
        guard let first else {
            guard let last, last > 0, size > 0 else { return nil }
            return max(0, size - last)..<size
        }
        guard first < size, first <= last ?? .max else { return nil }
        return first..<(min(last ?? .max, size - 1) + 1)
    }
}
