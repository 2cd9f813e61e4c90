/// Names one transfer of the queue. Ids are given out in rising order and never used again.
public struct TransferID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: Int64

    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    public static func < (left: TransferID, right: TransferID) -> Bool {
        left.rawValue < right.rawValue
    }

    public var description: String { String(rawValue) }
}

/// Names one request of one engine run; never persisted.
public struct RequestID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    public static func < (left: RequestID, right: RequestID) -> Bool {
        left.rawValue < right.rawValue
    }

    public var description: String { String(rawValue) }
}
