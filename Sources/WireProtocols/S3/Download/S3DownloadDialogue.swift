import TransferCore

/// One ranged request of a download from an object store as a conversation with it: perhaps questions about the object,
/// and then the request that brings the bytes. For the machine all of it is one request.
///
/// It makes no request by itself. Whoever carries it out asks for the next step, makes the request, and hands over what
/// comes back; what is learnt of the store goes into a ``RemoteMemory``, which all requests of a transfer share.
public struct S3DownloadDialogue: Sendable {
    /// What is to be done next.
    public enum Step: Sendable, Equatable {
        /// A small question, whose answer goes to ``answered(_:_:_:now:)``.
        case ask(HTTPRequest)
        /// The ranged request. Its head goes to ``judge(_:now:)``, and if that is refused, all of the answer to
        /// ``refused(_:_:_:now:)``.
        case fetch(HTTPRequest)
        /// The memory lacks access to the store, or with `isReload` what it has is of no use any more. Then
        /// ``next(_:now:)`` again.
        case needsAccess(isReload: Bool)
        /// No bytes will come of it: the object is empty, or the request was rejected.
        case done(HeadVerdict)
    }

    private enum Phase { case looking, fetching }

    private let order: RequestOrder
    private let version: String
    private var phase: Phase
    /// What the questions have brought.
    private var object: S3ObjectFacts?
    private var negotiation = S3Negotiation(usesChecksums: false)

    /// - Parameter version: The version in `User-Agent`.
    public init(order: RequestOrder, version: String) {
        self.order = order
        self.version = version
        phase = order.expectation.acceptsAnyVersion ? .looking : .fetching
    }

    // MARK: Asking

    /// The first step; also the one after ``Step/needsAccess(isReload:)``, when the memory has what was missing.
    public mutating func next(_ memory: inout RemoteMemory, now: WallTime) -> Step {
        guard let access = memory.access else { return .needsAccess(isReload: false) }
        do throws(TransferError) {
            let location = try S3Location(order.source)
            guard !location.isPrefix else {
                throw TransferError(.malformed, "\(location.text) is a folder: the address of an object names a key")
            }
            let request = phase == .looking ? question(location) : rangedRequest(location)
            let signed = negotiation.sign(
                request, access, memory, custom: order.options.headers, version: version, now: now)
            return phase == .looking ? .ask(signed) : .fetch(signed)
        } catch {
            return .done(.rejected(error, retryAfter: nil, RemoteFacts()))
        }
    }

    private func question(_ location: S3Location) -> S3Request {
        .head(location, wantsChecksum: true, part: object?.nextPart)
    }

    private func rangedRequest(_ location: S3Location) -> S3Request {
        let range = order.expectation.range
        return .get(
            location,
            fields: HTTPDownload.rangeFields(
                range, openEnded: range.end == .max,
                precondition: order.precondition ?? object?.validator.precondition))
    }

    // MARK: Questions answered

    /// The step after the whole answer to a question.
    public mutating func answered(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> Step {
        if object != nil {
            object?.measure(head)
        } else if head.status == 200 {
            guard head["ETag"] != nil else {
                return .done(.rejected(S3Refusal.noStore, retryAfter: nil, RemoteFacts()))
            }
            object = S3ObjectFacts(head, now: now)
        } else if head.status == 429 || head.status >= 500 {
            let refusal = refusal(.headObject, head, S3Problem(body), now)
            return .done(.rejected(refusal.error, retryAfter: refusal.retryAfter, RemoteFacts()))
        }
        // An answer to HEAD has no body that could say why it is a refusal. That of the same to GET does.
        if object?.nextPart == nil { phase = .fetching }
        if let object, object.size == 0 { return .done(.empty(facts(object))) }
        return next(&memory, now: now)
    }

    private func facts(_ object: S3ObjectFacts) -> RemoteFacts {
        var facts = RemoteFacts(total: object.size, validator: object.validator)
        facts.suggestedName = name
        return facts
    }

    // MARK: The ranged request

    /// What the head of the answer to the ranged request means.
    public func judge(_ head: ResponseHead, now: WallTime) -> HeadVerdict {
        guard [200, 206, 416].contains(head.status) else {
            return .rejected(HTTPStatus.error(head.status), retryAfter: nil, RemoteFacts())
        }
        // Every object has one, and any page of a proxy or a hotel would do for a file without.
        guard head.status == 416 || head["ETag"] != nil else {
            return .rejected(S3Refusal.noStore, retryAfter: nil, RemoteFacts())
        }
        switch RangeJudge.judge(head, expectation: order.expectation, url: order.source, now: now) {
        case .partial(let range, let facts): return .partial(range, completed(facts))
        case .whole(let facts): return .whole(completed(facts))
        case .empty(let facts): return .empty(completed(facts))
        case let verdict: return verdict
        }
    }

    /// With what the question before has brought, if it was about the same version.
    private func completed(_ facts: RemoteFacts) -> RemoteFacts {
        var facts = facts
        facts.suggestedName = name
        if let object, object.size == facts.total, object.validator.entityTag == facts.validator.entityTag {
            facts.checksum = object.checksum
        }
        return facts
    }

    /// The name of the file: the store has no say in it.
    private var name: String? {
        (try? S3Location(order.source)).map { SafeFileName.fromKey($0.key) }
    }

    /// The step after an answer to the ranged request that ``judge(_:now:)`` has rejected.
    ///
    /// - Parameter body: As much as has come of it; the store's own words, if it is not too long.
    public mutating func refused(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> Step {
        let verdict = judge(head, now: now)
        guard ![200, 206, 416].contains(head.status) else { return .done(verdict) }
        let problem = S3Problem(body)
        let refusal = refusal(.getObject, head, problem, now)
        let next = negotiation.adapt(to: refusal.recovery, &memory, now: now)
        guard next != .giveUp else {
            let error = explained(refusal.error, problem)
            return .done(.rejected(error, retryAfter: refusal.retryAfter, RemoteFacts()))
        }
        if order.expectation.acceptsAnyVersion, object == nil { phase = .looking }
        return next == .afterReload ? .needsAccess(isReload: true) : self.next(&memory, now: now)
    }

    private func refusal(
        _ operation: S3Operation, _ head: ResponseHead, _ problem: S3Problem?, _ now: WallTime
    ) -> S3Refusal {
        S3Refusal(operation, head: head, problem: problem, region: negotiation.region, now: now)
    }

    private func explained(_ error: TransferError, _ problem: S3Problem?) -> TransferError {
        guard let location = try? S3Location(order.source) else { return error }
        return switch problem?.code {
        case "NoSuchKey": TransferError(.notFound, "there is no object \(location.key) in \(location.bucket)")
        case "NoSuchBucket": TransferError(.notFound, "there is no bucket \(location.bucket)")
        default: error
        }
    }
}
