/// A half-open range of byte offsets, `start ..< end`.
public struct ByteRange: Hashable, Sendable, CustomStringConvertible {
    public var start: Int64
    public var end: Int64

    /// - Precondition: `0 <= start <= end`.
    public init(_ start: Int64, _ end: Int64) {
        precondition(start >= 0 && start <= end, "not a range: \(start)..<\(end)")
        self.start = start
        self.end = end
    }

    public var length: Int64 { end - start }
    public var isEmpty: Bool { start == end }
    public var description: String { "\(start)..<\(end)" }

    public func contains(_ offset: Int64) -> Bool {
        offset >= start && offset < end
    }
}
