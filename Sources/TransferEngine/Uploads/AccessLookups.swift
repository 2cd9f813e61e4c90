import Synchronization
import TransferCore
import WireProtocols

/// Looks up access to object stores on a thread of its own, because that may read files and run programs. Lives on the
/// engine's thread.
final class AccessLookups {
    private let source: any S3AccessSource
    private let wake: @Sendable () -> Void
    private let worker = WorkQueue(name: "access")
    private let results = Results()
    /// Who waits for a lookup that is under way, by transfer.
    private var waiting: [TransferID: [RequestID]] = [:]

    init(source: any S3AccessSource, wake: @escaping @Sendable () -> Void) {
        self.source = source
        self.wake = wake
    }

    /// Begins a lookup, or joins the one of the same transfer.
    func lookUp(_ options: StoreOptions, of transfer: TransferID, isReload: Bool, for id: RequestID) {
        waiting[transfer, default: []].append(id)
        guard waiting[transfer]?.count == 1 else { return }
        let (source, results, wake) = (self.source, self.results, self.wake)
        worker.submit {
            do throws(TransferError) {
                results.add(transfer, .success(try source.access(options, reload: isReload)))
            } catch {
                results.add(transfer, .failure(error))
            }
            wake()
        }
    }

    /// What was found since the last call, and who waits for it.
    func takeResults() -> [(transfer: TransferID, requests: [RequestID], Result<S3Access, TransferError>)] {
        results.take().map { ($0.0, waiting.removeValue(forKey: $0.0) ?? [], $0.1) }
    }

    /// Ends the thread.
    func finish() {
        worker.finish()
    }

    private final class Results: Sendable {
        private let list = Mutex<[(TransferID, Result<S3Access, TransferError>)]>([])

        func add(_ transfer: TransferID, _ result: Result<S3Access, TransferError>) {
            list.withLock { $0.append((transfer, result)) }
        }

        func take() -> [(TransferID, Result<S3Access, TransferError>)] {
            list.withLock { list in
                defer { list = [] }
                return list
            }
        }
    }
}
