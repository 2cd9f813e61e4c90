/// What the screen needs to know of one chunk, in four bytes: there may be a million of them.
public struct ChunkStatus: Hashable, Sendable {
    public var state: ChunkState
    /// Tries that failed since the chunk last made progress; stops at 255.
    public var retries: UInt8
    /// How much of the chunk is safe (bookmarked), in 1/255; 255 only when all of it is. While a chunk of an upload is
    /// under way, how much of it was handed to the connection, since none of it is safe before all of it is.
    public var share: UInt8
    /// Whether the chunk is being fetched again because its content did not match a digest or its stored checksum.
    public var isRefetch: Bool

    public init(state: ChunkState, retries: UInt8 = 0, share: UInt8 = 0, isRefetch: Bool = false) {
        self.state = state
        self.retries = retries
        self.share = share
        self.isRefetch = isRefetch
    }

    /// `part` of `whole` as a share: 255 only for everything, at least 1 for anything.
    public static func share(_ part: Int64, of whole: Int64) -> UInt8 {
        if part >= whole { return 255 }
        if part <= 0 { return 0 }
        return UInt8(min(254, max(1, Double(part) / Double(whole) * 255)))
    }
}
