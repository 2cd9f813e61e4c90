/// The numbers by which the engine goes; the defaults suit most machines.
public struct EngineSettings: Sendable, Hashable {
    /// Large transfers at the same time.
    public var maxActive = 3
    /// Requests at the same time to one remote, over all transfers.
    public var connectionsPerRemote = 16
    /// Requests at the same time over all remotes. Fewer than there are buffers, each of which a request may hold, so
    /// that there is always one to go on with.
    public var connectionsInTotal = 40
    public var retry = RetryPolicy()
    /// A request that gets no byte for this long has failed.
    public var stallTimeout: Duration = .seconds(20)
    public var connectTimeout: Duration = .seconds(30)
    /// The length of the first request of a transfer, which is also its probe, in bytes: a multiple of the alignment.
    /// A smaller file is over with it.
    public var openingLength: Int64 = 1 << 20
    /// How much is fetched again and compared where no strong validator guards a resume, in bytes.
    public var overlapLength: Int64 = 64 << 10
    /// Chunks that are compared with their checksums when a transfer resumes.
    public var spotChecks = 4

    public init() {}
}
