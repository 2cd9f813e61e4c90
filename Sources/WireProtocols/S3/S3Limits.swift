/// What S3 sets bounds to (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
public enum S3Limits {
    /// Of one upload.
    public static let partNumbers = 1...10_000
    /// Of any part but the last, in bytes.
    public static let smallestPart: Int64 = 5 << 20
    /// In bytes.
    public static let largestPart: Int64 = 5 << 30
    /// How far the clocks of two sides that get along may be apart: a request that is further away is refused.
    public static let clockTolerance: Duration = .seconds(15 * 60)
    /// The longest answer that is read, in bytes: a full page of the longest keys, all of them encoded.
    public static let longestAnswer = 8 << 20
}
