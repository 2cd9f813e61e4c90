/// The limits of what a chunk server takes in.
public struct UploadSettings: Sendable, Hashable {
    /// The largest file that may be registered, in bytes: 0 ... 64 TiB.
    public var largestFile: Int64
    /// The chunk size of an upload that asks for none, in bytes.
    public var chunkSize: Int64
    /// How many unfinished uploads one owner may have.
    public var openUploadsPerOwner: Int
    /// The memory of all buffers for chunks together, in bytes, in steps of 1 MiB; 1 MiB at least.
    public var memory: Int
    /// What stays free on the disk, in bytes.
    public var reserve: Int64
    /// How long an upload lives without a new chunk.
    public var lifetime: Duration
    /// How long finished uploads, and what is left of aborted ones, stay known.
    public var memoryOfEnded: Duration
    /// How long a chunk's sender may be silent before another one with the same chunk takes its place.
    public var takeoverAfter: Duration
    /// How long a sender may hold a buffer without sending while others wait for one.
    public var bufferPatience: Duration
    /// How long `complete` waits for the digest of a file before it says that it is still at work.
    public var completePatience: Duration

    /// The defaults suit a small server of files of any size.
    public init(
        largestFile: Int64 = 1 << 46, chunkSize: Int64 = 4 << 20, openUploadsPerOwner: Int = 1000,
        memory: Int = 48 << 20, reserve: Int64 = 256 << 20,
        lifetime: Duration = .seconds(7 * 86_400), memoryOfEnded: Duration = .seconds(86_400),
        takeoverAfter: Duration = .seconds(2), bufferPatience: Duration = .seconds(1),
        completePatience: Duration = .seconds(5)
    ) {
        self.largestFile = largestFile
        self.chunkSize = chunkSize
        self.openUploadsPerOwner = openUploadsPerOwner
        self.memory = memory
        self.reserve = reserve
        self.lifetime = lifetime
        self.memoryOfEnded = memoryOfEnded
        self.takeoverAfter = takeoverAfter
        self.bufferPatience = bufferPatience
        self.completePatience = completePatience
    }
}
