import TransferCore
import WireProtocols

/// Turns `SOURCE... [DESTINATION]` into wishes: exactly one side is addresses.
struct WishParser {
    /// What the arguments come to.
    struct Wishes {
        let direction: Direction
        var transfers: [NewTransfer] = []
        /// What cannot go along with a folder or a prefix, each with the reason, for people.
        var leftOut: [String] = []
        /// Folders that files of a prefix go into, absolute, with a slash at the end; each before
        /// those in it.
        var folders: [String] = []
    }

    /// What the command line and the settings say beside the sources.
    struct Defaults {
        /// Where downloads go without a destination; ends in `/`.
        var downloadFolder: String
        /// Requests at the same time for an upload, unless the command line names a number.
        var uploadConnections: Int
        /// The size of chunks as the user wrote it.
        var chunkSize: String?
    }

    /// What has to be looked up to know what is wished for.
    struct Lookups {
        /// The objects whose keys begin with that of a location.
        var objects: (S3Location) throws -> [S3Object]
        /// Whether there is an object in exactly that place.
        var hasObject: (S3Location) throws -> Bool
        /// The SHA-256 of a local file, in lowercase hex.
        var digest: (String) throws -> String
    }

    let defaults: Defaults
    let options: TransferOptions
    let lookups: Lookups

    /// - Throws: `UsageError`, and what the lookups throw.
    func wishes(_ arguments: [String]) throws -> Wishes {
        if options.netrc, let address = arguments.first(where: { RemoteKind($0) == .s3 }) {
            throw UsageError(
                "--netrc has no credentials for \(Redaction.address(address)): they come from the settings of AWS")
        }
        if let last = arguments.last, Paths.isAddress(last), arguments.contains(where: { !Paths.isAddress($0) }) {
            return try uploads(Array(arguments.dropLast()), to: last)
        }
        return try downloads(arguments)
    }

    func checkDigest(count: Int) throws {
        if count > 1, options.sha256 != nil {
            throw UsageError("--sha256 belongs to one file, but there are \(count)")
        }
    }

    /// The size of a chunk, or of a part, that was wished for must be one that is possible there.
    func checkChunkSize(isPartOfObject: Bool) throws {
        guard let bytes = options.chunkSize, let text = defaults.chunkSize else { return }
        if isPartOfObject {
            guard (S3Limits.smallestPart...S3Limits.largestPart).contains(bytes) else {
                throw UsageError(
                    "--chunk-size of an upload to s3:// is that of its parts: 5 MiB at least and 5 GiB at most, not \(text)"
                )
            }
        } else {
            guard (ChunkPlan.minimumChunkSize...ChunkPlan.maximumChunkSize).contains(bytes) else {
                throw UsageError("--chunk-size takes 64K to 64M, not \(text)")
            }
        }
    }
}
