/// How many transfers may be in their opening at once.
///
/// A queue of large files wants few: each will soon use all its connections. A queue of small files wants many: each is
/// over after one request. Nobody knows which it is until answers come, so the ramp starts low, doubles with small
/// files and falls back with a large one.
public struct StartRamp: Sendable, Hashable {
    private let floor: Int
    private let ceiling: Int
    /// Openings at the same time that are allowed now.
    public private(set) var allowance: Int

    public init(floor: Int, ceiling: Int) {
        self.floor = floor
        self.ceiling = max(floor, ceiling)
        allowance = floor
    }

    /// A transfer was over after its first request.
    public mutating func sawSmall() {
        allowance = min(ceiling, allowance + 1)
    }

    /// A transfer turned out to need more requests.
    public mutating func sawLarge() {
        allowance = floor
    }
}
