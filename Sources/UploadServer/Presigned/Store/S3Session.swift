import Synchronization
import TransferCore
import WireProtocols

/// Signs requests to one object store, and makes them. What stands in the way of a signature is put right once in each
/// request: credentials that have ended, a clock that is wrong, the region of the bucket.
final class S3Session: Sendable {
    /// What a request is made of.
    struct Context {
        var endpoint: S3Endpoint
        /// Whether the store takes fields that have to do with checksums, as far as is known.
        var usesChecksums: Bool
    }

    private struct State: Sendable {
        var access: S3Access?
        /// The bucket's, if the store has named another one than was asked.
        var region: String?
        /// What to add to the time here to have the time at the store.
        var clockOffset = Duration.zero
        var usesChecksums = true
    }

    /// How long credentials have to hold for something that is to be used by others.
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
    /// - Returns: An answer that is a success by its status. Throws ``TransferError``.
    func send(
        _ operation: S3Operation, body: [UInt8] = [], _ request: (Context) -> HTTPRequest
    ) async throws -> HTTPAnswer {
        var tried = Set<String>()
        let payloadHash = SigV4.payloadHash(body)
        while true {
            let (access, context, offset) = try await ready()
            let signed = SigV4.sign(
                request(context), payloadHash: payloadHash, access: access, at: clock.wallTime() + offset)
            let answer = try await client.send(signed, body: body, limit: S3Limits.longestAnswer)
            if (200...299).contains(answer.head.status) { return answer }
            let refusal = refusal(
                operation, answer.head, S3Problem(answer.body), region: access.endpoint.region)
            guard let name = refusal.recovery.name, tried.insert(name).inserted else { throw refusal.error }
            try await recover(refusal.recovery, usedCredentials: access.credentials)
        }
    }

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
        var (access, context, offset) = try await ready()
        if access.credentials.expire(by: clock.wallTime() + Self.leastValidity) {
            try await recover(.reloadCredentials, usedCredentials: access.credentials)
            (access, context, offset) = try await ready()
        }
        let now = clock.wallTime()
        var expiresAt = now + validity
        if let end = access.credentials.expiresAt { expiresAt = max(now, min(expiresAt, end)) }
        let seconds = Int((expiresAt.milliseconds - now.milliseconds) / 1000)
        let request = SigV4.presign(
            method: method, url: url(context.endpoint), headers: headers, expires: seconds, access: access,
            at: now + offset)
        return SignedRequest(request: request, expiresAt: expiresAt)
    }

    private func ready() async throws -> (S3Access, Context, Duration) {
        var access: S3Access
        if let known = state.withLock({ $0.access }) {
            access = known
        } else {
            access = try await lookUp(insteadOf: nil)
        }
        let state = state.withLock { $0 }
        if let endpoint = state.region.flatMap({ access.endpoint.inRegion($0) }) { access.endpoint = endpoint }
        return (access, Context(endpoint: access.endpoint, usesChecksums: state.usesChecksums), state.clockOffset)
    }

    private func recover(_ recovery: S3Recovery, usedCredentials: S3Credentials) async throws {
        switch recovery {
        case .none: break
        case .reloadCredentials: _ = try await lookUp(insteadOf: usedCredentials)
        case .correctClock(let time):
            let difference = time.milliseconds - clock.wallTime().milliseconds
            state.withLock { $0.clockOffset = .milliseconds(difference) }
        case .useRegion(let region): state.withLock { $0.region = region }
        case .withoutChecksums: state.withLock { $0.usesChecksums = false }
        }
    }

    /// - Parameter old: Credentials that are of no use any more. If others are known by now, those are taken.
    private func lookUp(insteadOf old: S3Credentials?) async throws -> S3Access {
        try await lookups.run { [self] in
            if let known = state.withLock({ $0.access }), known.credentials != old { return known }
            let access = try source.access(options, reload: old != nil)
            state.withLock { $0.access = access }
            return access
        }
    }
}

extension S3Recovery {
    /// What is tried once; `nil` if there is nothing to try.
    fileprivate var name: String? {
        switch self {
        case .none: nil
        case .reloadCredentials: "credentials"
        case .correctClock: "clock"
        case .useRegion: "region"
        case .withoutChecksums: "checksums"
        }
    }
}
