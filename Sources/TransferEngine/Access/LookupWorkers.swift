import TransferCore
import WireProtocols

/// A few threads for lookups, so that a profile whose program hangs does not hold up the others. Lookups are rare:
/// there is no thread while there is none.
final class LookupWorkers: Sendable {
    private struct Job: Sendable {
        let need: AccessLookups.Need
        let done: @Sendable (Result<S3Access, TransferError>) -> Void
    }

    private struct State: Sendable {
        var waiting: [Job] = []
        /// The profiles that are being looked up: one thread at most waits for the program of a profile.
        var busy: Set<String?> = []
        var threads = 0
        var isClosed = false

        /// The next job whose profile is free.
        mutating func next() -> Job? {
            guard let index = waiting.firstIndex(where: { !busy.contains($0.need.options.profile) }) else { return nil }
            let job = waiting.remove(at: index)
            busy.insert(job.need.options.profile)
            return job
        }
    }

    private static let most = 4
    /// How long ``finish()`` waits, in nanoseconds. A lookup that cannot be interrupted, such as one that reads a file
    /// of a server that does not answer, is left to itself.
    private static let patience: Int64 = 500_000_000

    private let source: any S3AccessSource
    private let state = Condition(State())
    private let interruption = Interruption()

    init(source: any S3AccessSource) {
        self.source = source
    }

    /// - Parameter done: Called on another thread; not at all if ``finish()`` comes first.
    func submit(_ need: AccessLookups.Need, done: @escaping @Sendable (Result<S3Access, TransferError>) -> Void) {
        let needsThread = state.withLock { state in
            guard !state.isClosed else { return false }
            state.waiting.append(Job(need: need, done: done))
            // The thread of a profile that is busy comes to this job by itself.
            guard state.threads < Self.most, !state.busy.contains(need.options.profile) else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        _ = OwnedThread(name: "access") { [self] in work() }
    }

    private func work() {
        while let job = nextJob() {
            let result: Result<S3Access, TransferError>
            do throws(TransferError) {
                result = .success(try access(job.need))
            } catch {
                result = .failure(error)
            }
            let isWanted = state.withLock { state in
                state.busy.remove(job.need.options.profile)
                return !state.isClosed
            }
            if isWanted { job.done(result) }
        }
    }

    /// `nil` ends the thread.
    private func nextJob() -> Job? {
        state.signal { state in
            let job = state.next()
            if job == nil { state.threads -= 1 }
            return job
        }
    }

    private func access(_ need: AccessLookups.Need) throws(TransferError) -> S3Access {
        guard let source = source as? any InterruptibleAccessSource else {
            return try source.access(need.options, reload: need.isReload)
        }
        return try source.access(need.options, reload: need.isReload, interruption: interruption)
    }

    /// Forgets what waits, interrupts what runs, and waits for a moment at most.
    func finish() {
        state.withLock { state in
            state.isClosed = true
            state.waiting = []
        }
        interruption.interrupt()
        let clock = SystemClock()
        let deadline = clock.now().nanoseconds + Self.patience
        state.wait { state in
            state.threads == 0 || clock.now().nanoseconds >= deadline ? .done(()) : .waitUntil(deadline)
        }
    }
}
