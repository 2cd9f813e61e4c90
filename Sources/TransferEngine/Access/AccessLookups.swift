import Synchronization
import TransferCore
import WireProtocols

/// Looks up access to object stores on threads of its own, because that may read files and run programs; for all
/// transfers together. Lives on the engine's thread.
final class AccessLookups {
    /// What is looked up. Whoever needs the same meanwhile waits for the same lookup.
    struct Need: Hashable, Sendable {
        var options: StoreOptions
        /// Who wants other credentials is not served with those that somebody has found without that wish.
        var isReload: Bool
    }

    /// What came of a lookup, and who waits for it.
    struct Finding {
        var requests: [RequestID]
        var result: Result<S3Access, TransferError>
    }

    private let wake: @Sendable () -> Void
    private let workers: LookupWorkers
    private let results = Results()
    /// Who waits for a lookup that is under way.
    private var waiting: [Need: [RequestID]] = [:]

    init(source: any S3AccessSource, wake: @escaping @Sendable () -> Void) {
        workers = LookupWorkers(source: source)
        self.wake = wake
    }

    /// Begins a lookup, or joins one.
    func lookUp(_ options: StoreOptions, isReload: Bool, for id: RequestID) {
        let need = Need(options: options, isReload: isReload)
        waiting[need, default: []].append(id)
        guard waiting[need]?.count == 1 else { return }
        let (results, wake) = (self.results, self.wake)
        workers.submit(need) { result in
            results.add(need, result)
            wake()
        }
    }

    /// What was found since the last call.
    func takeFindings() -> [Finding] {
        results.take().map { Finding(requests: waiting.removeValue(forKey: $0.0) ?? [], result: $0.1) }
    }

    /// Ends the threads, without waiting for lookups that can be interrupted.
    func finish() {
        workers.finish()
    }

    private final class Results: Sendable {
        private let list = Mutex<[(Need, Result<S3Access, TransferError>)]>([])

        func add(_ need: Need, _ result: Result<S3Access, TransferError>) {
            list.withLock { $0.append((need, result)) }
        }

        func take() -> [(Need, Result<S3Access, TransferError>)] {
            list.withLock { list in
                defer { list = [] }
                return list
            }
        }
    }
}
