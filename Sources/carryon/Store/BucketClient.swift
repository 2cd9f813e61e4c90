import Dispatch
import Synchronization
import TransferCore
import WireProtocols

/// Asks an object store about one bucket, for commands that wait for the answer.
///
/// What can be mended by itself is: credentials that have expired, another region, a clock that is wrong, each once per
/// request; and whatever may pass is tried again a few times.
final class BucketClient: Sendable {
    let bucket: String
    private let http: any HTTPClient
    private let source: any S3AccessSource
    private let options: StoreOptions
    private let clock: any Clock
    private let learnt = Mutex(Learnt())

    private struct Learnt {
        var access: S3Access?
        var region: String?
        /// What to add to the time here to have the store's.
        var clockOffset: Duration = .zero
    }

    /// A person waits: four more tries within some seconds.
    private static let retries = RetryPolicy(cap: .seconds(4), limit: 4)
    /// The longest that is waited because the store wants it.
    private static let longestWait: Duration = .seconds(30)

    /// - Parameter options: As ``AWSAccess/resolve(_:)`` makes them.
    init(
        bucket: String, http: any HTTPClient, source: any S3AccessSource, options: StoreOptions, clock: any Clock
    ) {
        self.bucket = bucket
        self.http = http
        self.source = source
        self.options = options
        self.clock = clock
    }

    /// Makes one request without a body.
    ///
    /// - Returns: An answer that is a success.
    /// - Throws: Why there is none, as one sentence.
    func send(
        _ operation: S3Operation, _ method: String, key: String = "", query: [(name: String, value: String)] = []
    ) async throws(TransferError) -> HTTPAnswer {
        var recoveries: [S3Recovery] = []
        var failures = 0
        while true {
            let error: TransferError
            var retryAfter: Duration?
            do throws(TransferError) {
                let access = try await access()
                let request = HTTPRequest(
                    method: method, url: access.endpoint.url(bucket: bucket, key: key, query: query),
                    headers: [HeaderField("User-Agent", "carryon/\(Version.text)")])
                let signed = SigV4.sign(
                    request, payloadHash: SigV4.emptyPayloadHash, access: access,
                    at: clock.wallTime() + learnt.withLock { $0.clockOffset })
                let answer = try await http.send(signed, body: [], limit: S3Limits.longestAnswer)
                if (200...299).contains(answer.head.status) { return answer }
                let refusal = S3Refusal(
                    operation, head: answer.head, problem: S3Problem(answer.body), region: access.endpoint.region,
                    now: clock.wallTime())
                if !recoveries.contains(where: { $0.isAlike(refusal.recovery) }), try await recover(refusal.recovery) {
                    recoveries.append(refusal.recovery)
                    continue
                }
                error = refusal.error
                retryAfter = refusal.retryAfter
            } catch let failure {
                error = failure
            }
            failures += 1
            guard error.disposition == .retry, failures <= Self.retries.limit, !Task.isCancelled else { throw error }
            await pause(afterFailures: failures, retryAfter)
        }
    }

    private func pause(afterFailures failures: Int, _ retryAfter: Duration?) async {
        var random = SystemRandomNumberGenerator()
        let delay = Self.retries.delay(afterFailures: failures, retryAfter: retryAfter, using: &random)
        // An end of the task is noticed by the next request.
        try? await Task.sleep(for: min(delay, Self.longestWait))
    }

    // MARK: Access

    private func access() async throws(TransferError) -> S3Access {
        if let access = learnt.withLock({ $0.access }) { return access }
        return try await lookUp(reload: false)
    }

    /// Looks access up on a thread that may wait for files and programs.
    private func lookUp(reload: Bool) async throws(TransferError) -> S3Access {
        let (source, options) = (self.source, self.options)
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<_, Never>) in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(TransferError) in try source.access(options, reload: reload) })
            }
        }
        let found = try result.get()
        return learnt.withLock { learnt in
            let access = learnt.region.flatMap { found.inRegion($0) } ?? found
            learnt.access = access
            return access
        }
    }

    /// Returns whether the request is worth another try.
    private func recover(_ recovery: S3Recovery) async throws(TransferError) -> Bool {
        switch recovery {
        case .none, .withoutChecksums: return false
        case .reloadCredentials:
            _ = try await lookUp(reload: true)
            return true
        case .correctClock(let time):
            let now = clock.wallTime()
            learnt.withLock { $0.clockOffset = .milliseconds(time.milliseconds - now.milliseconds) }
            return true
        case .useRegion(let region):
            return learnt.withLock { learnt in
                guard let access = learnt.access?.inRegion(region) else { return false }
                learnt.region = region
                learnt.access = access
                return true
            }
        }
    }
}

extension S3Access {
    fileprivate func inRegion(_ region: String) -> S3Access? {
        endpoint.inRegion(region).map { S3Access(credentials: credentials, endpoint: $0) }
    }
}

extension S3Recovery {
    /// Whether it is the same way to mend a request, whatever the values.
    fileprivate func isAlike(_ other: S3Recovery) -> Bool {
        switch (self, other) {
        case (.reloadCredentials, .reloadCredentials), (.correctClock, .correctClock), (.useRegion, .useRegion): true
        default: self == other
        }
    }
}
