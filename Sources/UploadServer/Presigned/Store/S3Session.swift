import Synchronization
import TransferCore
import WireProtocols

/// Signs requests to one object store, and makes them. What stands in the way of a signature is put right once in each
/// request: credentials that have ended, a clock that is wrong, the region of the bucket.
final class S3Session: Sendable {
    private struct State: Sendable {
        var memory = RemoteMemory()
        /// Whether the store takes fields that have to do with checksums, as far as is known.
        var usesChecksums = true
    }

    /// Credentials that end sooner are replaced, if that is possible.
    private static let leastValidity = Duration.seconds(60)

    private let source: any S3AccessSource
    private let options: StoreOptions
    private let client: any HTTPClient
    private let clock: any Clock
    /// Looking up credentials blocks.
    private let lookups = Workers(name: "access", count: 1)
    private let state = Mutex(State())

    init(_ settings: ObjectStoreSettings, clock: any Clock) {
        source = settings.access
        options = settings.options
        client = settings.client
        self.clock = clock
    }

    /// Makes a request of the store.
    ///
    /// - Parameter request: Makes it, with or without checksums.
    /// - Returns: An answer that is a success by its status. Throws ``TransferError``.
    func send(_ request: (_ usesChecksums: Bool) async throws -> S3Request) async throws -> HTTPAnswer {
        var negotiation = S3Negotiation(usesChecksums: state.withLock { $0.usesChecksums })
        while true {
            let (access, memory) = try await ready()
            let request = try await request(negotiation.usesChecksums)
            let signed = negotiation.sign(request, access, memory, version: nil, now: clock.wallTime())
            let answer = try await client.send(
                signed, body: request.bytes, limit: request.longestAnswer, options: Self.limits(of: request.operation))
            if (200...299).contains(answer.head.status) {
                learnTime(answer.head)
                return answer
            }
            let refusal = refusal(
                request.operation, answer.head, S3Problem(answer.body), region: negotiation.region)
            switch adapt(&negotiation, to: recovery(from: refusal, answer, signed)) {
            case .again: continue
            case .afterReload: _ = try await lookUp(insteadOf: access.credentials)
            case .giveUp: throw refusal.error
            }
        }
    }

    /// A store may be at work for minutes when it completes an upload. One that begins goes out on a connection of its own:
    /// on a kept-alive one that is dead libcurl would send it twice, and two would begin.
    private static func limits(of operation: S3Operation) -> RequestOptions {
        RequestOptions(
            timeout: operation == .completeMultipartUpload ? .seconds(120) : .seconds(20),
            needsFreshConnection: operation == .createMultipartUpload)
    }

    /// What may help after a refusal, also where the store does not say what it is about, as after a `HEAD`.
    private func recovery(from refusal: S3Refusal, _ answer: HTTPAnswer, _ sent: HTTPRequest) -> S3Recovery {
        switch refusal.recovery {
        case .withoutChecksums where !sent.headers.contains(where: { Self.isOfChecksums($0) }): return .none
        case .none where answer.body.isEmpty && [400, 401, 403].contains(answer.head.status):
            guard let time = time(of: answer.head),
                (time.milliseconds - storeTime.milliseconds).magnitude > Self.suspiciousDifference
            else { return .reloadCredentials }
            return .correctClock(from: time)
        case let recovery: return recovery
        }
    }

    private static func isOfChecksums(_ field: HeaderField) -> Bool {
        field.name.lowercased().hasPrefix("x-amz-checksum-")
    }

    /// In milliseconds: stores refuse what is signed for a time 15 minutes off.
    private static let suspiciousDifference: UInt64 = 10 * 60 * 1000

    /// Keeps up with the store's clock: addresses for others may hold for less than the clocks differ. Its time comes in
    /// whole seconds, so that a small difference says nothing.
    private func learnTime(_ head: ResponseHead) {
        guard let time = time(of: head), (time.milliseconds - storeTime.milliseconds).magnitude >= 3000 else { return }
        let offset = Duration.milliseconds(time.milliseconds - clock.wallTime().milliseconds)
        state.withLock { $0.memory.clockOffset = offset }
    }

    private func time(of head: ResponseHead) -> WallTime? {
        head["Date"].flatMap { HTTPDate.parse($0, now: clock.wallTime()) }
    }

    /// What the clock of the store says now, as far as is known.
    private var storeTime: WallTime { clock.wallTime() + state.withLock { $0.memory.clockOffset } }

    /// The time by the clock here at which the store's says `time`, as far as is known.
    func timeHere(of time: WallTime) -> WallTime { time + (.zero - state.withLock { $0.memory.clockOffset }) }

    /// What an answer means that is no success.
    ///
    /// - Parameter region: What the request was signed for.
    func refusal(
        _ operation: S3Operation, _ head: ResponseHead, _ problem: S3Problem?, region: String = ""
    ) -> S3Refusal {
        S3Refusal(operation, head: head, problem: problem, region: region, now: clock.wallTime())
    }

    /// Signs a request that somebody else is to make.
    func presign(
        _ method: String, headers: [HeaderField] = [], validity: Duration, _ url: (S3Endpoint) -> String
    ) async throws -> SignedRequest {
        var (access, memory) = try await ready()
        access = access.inRegion(memory.region)
        let now = clock.wallTime()
        var expiresAt = now + validity
        if let end = access.credentials.expiresAt { expiresAt = max(now, min(expiresAt, end)) }
        let seconds = Int((expiresAt.milliseconds - now.milliseconds) / 1000)
        let request = SigV4.presign(
            method: method, url: url(access.endpoint), headers: headers, expires: seconds, access: access,
            at: now + memory.clockOffset)
        return SignedRequest(request: request, expiresAt: expiresAt)
    }

    private func ready() async throws -> (S3Access, RemoteMemory) {
        let known = state.withLock { $0.memory.access }
        var access = if let known { known } else { try await lookUp(insteadOf: nil) }
        if access.credentials.expire(by: clock.wallTime() + Self.leastValidity) {
            do {
                access = try await lookUp(insteadOf: access.credentials)
            } catch {
                // For as long as the old ones hold, each request tries again.
                guard !access.credentials.expire(by: clock.wallTime()) else { throw error }
            }
        }
        return (access, state.withLock { $0.memory })
    }

    private func adapt(_ negotiation: inout S3Negotiation, to recovery: S3Recovery) -> S3Negotiation.Next {
        let now = clock.wallTime()
        return state.withLock { state in
            let next = negotiation.adapt(to: recovery, &state.memory, now: now)
            if !negotiation.usesChecksums { state.usesChecksums = false }
            return next
        }
    }

    /// Whoever is cancelled does not wait for a program that hangs: it has a time limit of its own.
    ///
    /// - Parameter old: Credentials that are of no use any more. If others are known by now, those are taken.
    private func lookUp(insteadOf old: S3Credentials?) async throws -> S3Access {
        let access = try await lookups.runUnlessCancelled { [self] in
            if let known = state.withLock({ $0.memory.access }), known.credentials != old { return known }
            let access = try source.access(options, reload: old != nil)
            state.withLock { $0.memory.access = access }
            return access
        }
        guard let access else { throw TransferError(.connectionLost, "the request was cancelled") }
        return access
    }
}
