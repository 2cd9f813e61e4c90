/// How a file is cut into chunks: all of one size but the last.
///
/// Chunk boundaries are multiples of 4 KiB, so that chunks can be written past the page cache.
public struct ChunkPlan: Hashable, Sendable {
    /// The size of the file in bytes, 0 and up.
    public let size: Int64
    /// The size of every chunk but the last, in bytes: a multiple of ``alignment``, unless somebody else chose it.
    public let chunkSize: Int64

    /// What every chunk boundary but the end of the file is a multiple of, in bytes.
    public static let alignment: Int64 = 4096
    /// The smallest chunk size that ``init(size:chunkSize:)`` chooses or takes, in bytes.
    public static let minimumChunkSize: Int64 = 64 << 10
    /// The largest chunk size, in bytes. A chunk is what a damaged answer costs.
    public static let maximumChunkSize: Int64 = 64 << 20
    /// The chunk size of files up to 2 GiB, in bytes.
    public static let defaultChunkSize: Int64 = 1 << 20

    /// The largest file that can be planned, in bytes: 64 TiB. A server that announces more is mistaken or lies.
    public static let maximumSize: Int64 = 1 << 46

    /// Plans a file of `size` bytes.
    ///
    /// - Parameter chunkSize: The wish of the user in bytes, brought into the permitted range and onto a boundary;
    ///   without one, about 2,000 chunks are made, of 1 MiB at least.
    public init(size: Int64, chunkSize wish: Int64? = nil) {
        precondition(size >= 0)
        self.size = size
        self.chunkSize = Self.chunkSize(forSize: size, wish: wish)
    }

    /// Plans a file as somebody else has cut it.
    ///
    /// - Parameter exactChunkSize: In bytes, 1 and up.
    public init(size: Int64, exactChunkSize: Int64) {
        precondition(size >= 0 && exactChunkSize > 0)
        self.size = size
        chunkSize = exactChunkSize
    }

    /// The chunk size to propose for the upload of a file of `size` bytes. Each chunk costs a round trip and a commit
    /// at the server, so that chunks are larger than those of a download; up to 8 MiB each is read once only.
    public static func uploadChunkSize(forSize size: Int64, wish: Int64? = nil) -> Int64 {
        chunkSize(forSize: size, wish: wish ?? (size > 16 << 30 ? 8 << 20 : 4 << 20))
    }

    /// The largest object that S3 takes, in bytes: 10,000 parts of 5 GiB.
    public static let largestObject: Int64 = 10_000 * (5 << 30)

    /// The size of the parts of a multipart upload to S3, in bytes: 8 MiB, or as much more, in whole MiB, as it takes
    /// to get by with the 10,000 parts that an upload may have. A wish of the user is brought between 5 MiB and 5 GiB.
    ///
    /// Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits".
    public static func partSize(forSize size: Int64, wish: Int64? = nil) -> Int64 {
        let mebibyte: Int64 = 1 << 20
        let least = (max(size, 1) - 1) / 10_000 / mebibyte + 1
        let wanted = min(max(wish ?? 8 * mebibyte, 5 * mebibyte), 5 << 30)
        return max(least, (wanted - 1) / mebibyte + 1) * mebibyte
    }

    /// The chunk size for a file of `size` bytes; for an unknown size (`nil`) one that suits most files.
    public static func chunkSize(forSize size: Int64?, wish: Int64? = nil) -> Int64 {
        if let wish {
            let clamped = min(max(wish, minimumChunkSize), maximumChunkSize)
            var chunkSize = (clamped + alignment - 1) / alignment * alignment
            // A table of a million chunks is as much as anybody can use.
            while let size, chunkSize < maximumChunkSize, size / chunkSize >= 1 << 20 {
                chunkSize = min(chunkSize * 2, maximumChunkSize)
            }
            return chunkSize
        }
        var chunkSize = defaultChunkSize
        while let size, chunkSize < maximumChunkSize, size / chunkSize > 2048 { chunkSize *= 2 }
        return chunkSize
    }

    /// The number of chunks; an empty file has none.
    public var count: Int { size == 0 ? 0 : Int((size - 1) / chunkSize + 1) }

    /// The bytes of chunk `index`.
    public func range(of index: Int) -> ByteRange {
        let start = Int64(index) * chunkSize
        return ByteRange(start, min(start + chunkSize, size))
    }

    /// The chunk that holds the byte at `offset`.
    public func index(at offset: Int64) -> Int {
        Int(offset / chunkSize)
    }
}
