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
    private let memory = Mutex(RemoteMemory())

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

    /// Makes one request.
    ///
    /// - Returns: An answer that is a success.
    /// - Throws: Why there is none, as one sentence.
    func send(_ request: S3Request) async throws(TransferError) -> HTTPAnswer {
        var negotiation = S3Negotiation(usesChecksums: false)
        var failures = 0
        while true {
            let error: TransferError
            var retryAfter: Duration?
            do throws(TransferError) {
                let access = try await access()
                let signed = negotiation.sign(
                    request, access, memory.withLock { $0 }, version: Version.text, now: clock.wallTime())
                let answer = try await http.send(signed, body: request.bytes, limit: request.longestAnswer)
                if (200...299).contains(answer.head.status) { return answer }
                let refusal = S3Refusal(
                    request.operation, head: answer.head, problem: S3Problem(answer.body), region: negotiation.region,
                    now: clock.wallTime())
                if try await adapt(&negotiation, to: refusal.recovery) { continue }
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
        if let access = memory.withLock({ $0.access }) { return access }
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
        let access = try result.get()
        memory.withLock { $0.access = access }
        return access
    }

    /// Returns whether the request is worth another try.
    private func adapt(
        _ negotiation: inout S3Negotiation, to recovery: S3Recovery
    ) async throws(TransferError) -> Bool {
        let now = clock.wallTime()
        switch memory.withLock({ negotiation.adapt(to: recovery, &$0, now: now) }) {
        case .again: return true
        case .afterReload:
            _ = try await lookUp(reload: true)
            return true
        case .giveUp: return false
        }
    }
}
