import TransferCore

/// How the server of a demonstration misbehaves: a pure function of the seed and of what is known of a request.
public struct FaultPlan: Sendable, Hashable {
    /// What happens to one request.
    public enum Fault: Sendable, Hashable {
        case none
        /// 503 with `Retry-After: 1`.
        case busy
        /// The connection is cut after so many bytes of the body.
        case cut(after: Int64)
        /// Nothing more comes after so many bytes of the body.
        case stall(after: Int64)
        /// This byte of the body has a bit flipped; `Content-Digest` tells of it. A request that wants no
        /// `Content-Digest` is spared: nobody could notice.
        case damage(at: Int64)
    }

    /// How many of 1000 requests meet each fault.
    public struct Chances: Sendable, Hashable {
        public var busy: Int
        public var cut: Int
        public var stall: Int
        public var damage: Int

        public init(busy: Int = 0, cut: Int = 0, stall: Int = 0, damage: Int = 0) {
            self.busy = busy
            self.cut = cut
            self.stall = stall
            self.damage = damage
        }
    }

    /// What happens to one chunk that is sent.
    public enum UploadFault: Sendable, Hashable {
        case none
        /// 503 with `Retry-After: 1`, before the body is read.
        case busy
        /// The chunk is stored and recorded, but the connection is cut without an answer.
        case loseAnswer
        /// The right checksum is called wrong, and nothing is stored.
        case rejectChecksum
    }

    /// How many of 1000 chunks meet each fault.
    public struct UploadChances: Sendable, Hashable {
        public var busy: Int
        public var loseAnswer: Int
        public var rejectChecksum: Int

        public init(busy: Int = 0, loseAnswer: Int = 0, rejectChecksum: Int = 0) {
            self.busy = busy
            self.loseAnswer = loseAnswer
            self.rejectChecksum = rejectChecksum
        }
    }

    public var seed: UInt64
    public var chances: Chances
    public var uploadChances: UploadChances
    /// What certain chunks meet, by their number from 0, whatever the chances: so a short show has everything in it.
    public var certainUploadFaults: [Int: UploadFault]
    /// The speed of each answer, and at which each chunk is read, in bytes per second; `nil` for no limit.
    public var bytesPerSecond: Int?
    /// How long a stalled answer keeps its connection at most.
    public var longestStall: Duration

    public init(
        seed: UInt64, chances: Chances, uploadChances: UploadChances = UploadChances(),
        certainUploadFaults: [Int: UploadFault] = [:], bytesPerSecond: Int? = nil,
        longestStall: Duration = .seconds(30)
    ) {
        self.seed = seed
        self.chances = chances
        self.uploadChances = uploadChances
        self.certainUploadFaults = certainUploadFaults
        self.bytesPerSecond = bytesPerSecond
        self.longestStall = longestStall
    }

    /// Enough trouble to be seen within a minute, and slow enough to be watched.
    public static func demo(seed: UInt64 = 1) -> FaultPlan {
        FaultPlan(
            seed: seed, chances: Chances(busy: 12, cut: 40, stall: 8, damage: 20),
            uploadChances: UploadChances(busy: 12, loseAnswer: 20, rejectChecksum: 20),
            certainUploadFaults: [3: .busy, 5: .rejectChecksum, 8: .loseAnswer], bytesPerSecond: 6_000_000)
    }

    /// What happens to the request of that number (from 0) that asks for `range`.
    ///
    /// An empty range can only meet ``Fault/busy``; a position in the body always lies within it.
    public func fault(request number: Int, range: ByteRange) -> Fault {
        let draw = Int(random(number, 0) % 1000)
        let count = range.length
        if draw < chances.busy { return .busy }
        guard count > 0 else { return .none }
        let position = Int64(random(number, 1) % UInt64(count))
        var limit = chances.busy + chances.cut
        if draw < limit { return .cut(after: position) }
        limit += chances.stall
        if draw < limit { return .stall(after: position) }
        limit += chances.damage
        return draw < limit ? .damage(at: position) : .none
    }

    /// What happens to the chunk of that number, from 0.
    public func uploadFault(request number: Int) -> UploadFault {
        if let certain = certainUploadFaults[number] { return certain }
        // Indices 0 and 1 decide on answers.
        let draw = Int(random(number, 2) % 1000)
        var limit = uploadChances.busy
        if draw < limit { return .busy }
        limit += uploadChances.loseAnswer
        if draw < limit { return .loseAnswer }
        limit += uploadChances.rejectChecksum
        return draw < limit ? .rejectChecksum : .none
    }

    /// SplitMix64 of the seed and two indices.
    private func random(_ number: Int, _ index: UInt64) -> UInt64 {
        Self.mix(Self.mix(seed ^ (index >> 1)) &+ UInt64(truncatingIfNeeded: number) &* 2 &+ (index & 1))
    }

    private static func mix(_ state: UInt64) -> UInt64 {
        var z = state &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
