import Dispatch
import Logging
import Synchronization
import TransferCore

/// Makes chunks durable in the one order that is safe: sync the files, then commit the rows, then tell.
///
/// One thread of its own does all that changes the ledger. Chunks that arrive while a round is under way go into the
/// next one together: one sync for each file and one transaction for all.
final class ChunkCommitter: Sendable {
    /// A chunk whose bytes are written and verified, here or by an object store.
    struct Entry: Sendable {
        var chunk: ReceivedChunk
        /// What it was written through; `nil` if that was not here.
        var file: SharedFile?
        /// Told the next expected chunk of the upload once the chunk is durable, or why it is not.
        var done: @Sendable (Result<Int, any Error>) -> Void
    }

    private struct State: Sendable {
        var entries: [Entry] = []
        var isScheduled = false
    }

    private let ledger: any UploadLedger
    private let clock: any Clock
    private let logger: Logger
    private let queue = DispatchQueue(label: "carryon.commit")
    private let state = Mutex(State())

    init(ledger: any UploadLedger, clock: any Clock, logger: Logger) {
        self.ledger = ledger
        self.clock = clock
        self.logger = logger
    }

    /// Puts a chunk into the next round.
    func submit(_ entry: Entry) {
        let isFirst = state.withLock { state in
            state.entries.append(entry)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { queue.async { self.carryOutRound() } }
    }

    /// Changes the ledger between two rounds.
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (any UploadLedger, WallTime) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [ledger, clock] in
                continuation.resume(with: Result { try body(ledger, clock.wallTime()) })
            }
        }
    }

    /// Closes the ledger after all that was submitted. No call comes after it.
    func close() async {
        do {
            try await change { ledger, _ in try ledger.close() }
        } catch {
            logger.error("the ledger could not be closed", metadata: ["error": "\(error)"])
        }
    }

    private func carryOutRound() {
        let entries = state.withLock { state in
            defer {
                state.entries = []
                state.isScheduled = false
            }
            return state.entries
        }
        let failures = sync(entries.compactMap(\.file))
        let failure = { (entry: Entry) in entry.file.flatMap { failures[ObjectIdentifier($0)] } }
        let synced = entries.filter { failure($0) == nil }
        for (entry, outcome) in zip(synced, record(synced.map(\.chunk))) { entry.done(outcome) }
        for entry in entries {
            if let failure = failure(entry) { entry.done(.failure(failure)) }
        }
    }

    /// Records all in one transaction, or each in one of its own if there is one that cannot be: then it fails alone.
    private func record(_ chunks: [ReceivedChunk]) -> [Result<Int, any Error>] {
        guard !chunks.isEmpty else { return [] }
        do {
            let next = try ledger.record(chunks, at: clock.wallTime())
            return chunks.map { .success(next[$0.upload] ?? 0) }
        } catch is LedgerConflict where chunks.count > 1 {
            return chunks.flatMap { record([$0]) }
        } catch {
            logger.error("chunks could not be recorded", metadata: ["error": "\(error)"])
            return chunks.map { _ in .failure(error) }
        }
    }

    /// Syncs each file once, several at the same time.
    private func sync(_ files: [SharedFile]) -> [ObjectIdentifier: StorageError] {
        guard !files.isEmpty else { return [:] }
        let files = Array(Dictionary(files.map { (ObjectIdentifier($0), $0) }) { first, _ in first }.values)
        let failures = Mutex<[ObjectIdentifier: StorageError]>([:])
        let sync = { @Sendable (index: Int) in
            do throws(StorageError) {
                try files[index].sync()
            } catch {
                failures.withLock { $0[ObjectIdentifier(files[index])] = error }
            }
        }
        if files.count == 1 { sync(0) } else { DispatchQueue.concurrentPerform(iterations: files.count, execute: sync) }
        let found = failures.withLock { $0 }
        for error in found.values { logger.error("chunks could not be synced", metadata: ["error": "\(error)"]) }
        return found
    }
}
