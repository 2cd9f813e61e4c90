import TransferCore

/// One file on a made-up server. Its versions are told apart block by block, by a tag instead of by bytes.
struct SimulatedRemote {
    enum Kind: CaseIterable { case strong, weak, date, bare }

    /// The content of blocks that nobody wrote.
    static let hole: UInt8 = 0
    static let garbage: UInt8 = 255
    static let blockSize = ChunkPlan.alignment

    let source: String
    let kind: Kind
    let knowsRanges: Bool
    let tellsLength: Bool
    let redirects: Bool
    let tellsDigest: Bool
    let signsAnswers: Bool
    /// The size of each version, the newest last.
    private(set) var sizes: [Int64]
    private(set) var signature = 0

    /// What comes of a request.
    enum Answer {
        case refused(TransferError, retryAfter: Duration?, RemoteFacts?, status: Int?)
        case empty(RemoteFacts, address: String)
        /// `breaksAt` is where the connection is lost, if it is.
        case body(AcceptedHead, version: Int, limit: Int64, breaksAt: Int64?, isCorrupt: Bool)
    }

    init(source: String, using random: inout SeededRandom) {
        self.source = source
        kind = Kind.allCases.randomElement(using: &random)!
        knowsRanges = Int.random(in: 0..<10, using: &random) > 0
        tellsLength = knowsRanges || Bool.random(using: &random)
        redirects = Int.random(in: 0..<3, using: &random) == 0
        tellsDigest = Int.random(in: 0..<4, using: &random) == 0
        signsAnswers = Int.random(in: 0..<5, using: &random) == 0
        sizes = [Self.size(using: &random)]
    }

    private static func size(using random: inout SeededRandom) -> Int64 {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: 0
        case 1: Int64.random(in: 1...5000, using: &random)
        case 2, 3: Int64.random(in: 1...12, using: &random) * (64 << 10)
        default: Int64.random(in: 1...(768 << 10), using: &random)
        }
    }

    /// What the blocks of a version hold.
    static func tag(_ version: Int) -> UInt8 { UInt8(version + 1) }

    private var signed: String { redirects ? source + "?sig=\(signature)" : source }

    mutating func change(using random: inout SeededRandom) {
        guard sizes.count < 8 else { return }
        var size = Bool.random(using: &random) ? sizes.last! : Self.size(using: &random)
        // Without any validator, two versions of one size cannot be told apart.
        while kind == .bare, sizes.contains(size) { size += 1 }
        sizes.append(size)
    }

    mutating func expireSignature() { signature += 1 }

    private func validator(_ version: Int) -> Validator {
        switch kind {
        case .strong: Validator(entityTag: EntityTag(opaque: "\"\(version)\"", isWeak: false))
        case .weak: Validator(entityTag: EntityTag(opaque: "\"\(version)\"", isWeak: true))
        case .date: Validator(lastModified: String(version), lastModifiedIsStrong: true)
        case .bare: Validator()
        }
    }

    /// Which version a record is about.
    func version(of version: RemoteVersion) -> Int? {
        if kind == .bare { return sizes.lastIndex { $0 == version.size } }
        return sizes.indices.first { validator($0) == version.validator }
    }

    func answer(_ order: RequestOrder, isCalm: Bool, using random: inout SeededRandom) -> Answer {
        func happens(_ percent: Int) -> Bool { !isCalm && Int.random(in: 0..<100, using: &random) < percent }
        func refusal(_ code: TransferError.Code, _ status: Int?, _ facts: RemoteFacts? = RemoteFacts()) -> Answer {
            .refused(TransferError(code, "made-up \(code.rawValue)"), retryAfter: nil, facts, status: status)
        }
        if order.address != source, order.address != signed { return refusal(.forbidden, 403) }
        if happens(6) { return refusal(.cannotConnect, nil, nil) }
        if happens(5) {
            let wait: Duration? = Bool.random(using: &random) ? .seconds(Int.random(in: 1...4, using: &random)) : nil
            return .refused(TransferError(.serverBusy, "made-up 503"), retryAfter: wait, RemoteFacts(), status: 503)
        }
        if happens(3) { return refusal(.serverError, 500) }
        let version = sizes.count - 1
        let size = sizes[version]
        var facts = RemoteFacts(total: size, validator: validator(version))
        if tellsDigest { facts.wholeDigest = "v\(version)" }
        let expectation = order.expectation
        if let precondition = order.precondition, precondition != validator(version).precondition, !happens(20) {
            return refusal(.remoteChanged, 412)
        }
        if size == 0, expectation.acceptsAnyVersion { return .empty(facts, address: signed) }
        if !knowsRanges || happens(3) { return whole(order, version, facts, isCalm, &random) }
        if expectation.range.start >= size || happens(1) {
            let isChanged = !expectation.acceptsAnyVersion && expectation.total != size
            return refusal(isChanged ? .remoteChanged : .rangeNotSatisfiable, 416, facts)
        }
        let isOther = expectation.total != size || expectation.validator != facts.validator
        if !expectation.acceptsAnyVersion, isOther { return refusal(.remoteChanged, 206, facts) }
        var end = min(expectation.range.end, size)
        if happens(8) { end = Int64.random(in: (expectation.range.start + 1)...end, using: &random) }
        if signsAnswers { facts.bodyDigest = "signed" }
        let range = ByteRange(expectation.range.start, end)
        return .body(
            AcceptedHead(kind: .partial(range), facts: facts, address: signed), version: version, limit: end,
            breaksAt: happens(15) ? Int64.random(in: range.start...end, using: &random) : nil,
            isCorrupt: signsAnswers && happens(10))
    }

    private func whole(
        _ order: RequestOrder, _ version: Int, _ facts: RemoteFacts, _ isCalm: Bool, _ random: inout SeededRandom
    ) -> Answer {
        guard order.expectation.acceptsAnyVersion, order.expectation.range.start == 0 else {
            let error = TransferError(.rangeIgnored, "made-up 200")
            return .refused(error, retryAfter: nil, facts, status: 200)
        }
        var facts = facts
        let size = sizes[version]
        if !tellsLength { facts.total = nil }
        // Without a length, only an orderly end tells that a body is complete.
        let breaks = !isCalm && Int.random(in: 0..<100, using: &random) < 15
        return .body(
            AcceptedHead(kind: .whole, facts: facts, address: signed), version: version,
            limit: facts.total ?? .max, breaksAt: breaks ? Int64.random(in: 0...size, using: &random) : nil,
            isCorrupt: false)
    }
}
