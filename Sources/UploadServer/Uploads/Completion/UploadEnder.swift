import Logging
import TransferCore

/// Ends uploads that are not to be completed any more: those that are deleted, and those that nobody comes back for.
struct UploadEnder: Sendable {
    let uploads: OpenUploads
    let remains: any UploadRemains
    let ledger: any UploadLedger
    let committer: ChunkCommitter
    let readers: Workers
    let clock: any Clock
    let lifetime: Duration
    let memoryOfEnded: Duration
    let logger: Logger

    /// Stops all work on an upload, leaves a note of it, and deletes what there is of it. Throws a ``Problem``.
    func end(_ upload: OpenUpload, _ record: UploadRecord, as status: UploadStage) async throws {
        switch record.status {
        case .aborted, .expired: throw Problem.gone
        case .assembling: throw Problem.isAssembling
        case .complete:
            try await committer.change { try $0.end(record.key, as: status, at: $1) }
            uploads.forget(upload)
            return
        case .creating where upload.assembly != nil: throw Problem.isAssembling
        case .creating, .inProgress: break
        }
        guard upload.move(from: record.status, to: status) else { throw Problem.isAssembling }
        await upload.drain()
        upload.dropFile()
        do {
            try await remains.removeBeforeNote(of: record)
            try await committer.change { try $0.end(record.key, as: status, at: $1) }
        } catch {
            _ = upload.move(from: status, to: record.status)
            throw error
        }
        uploads.forget(upload)
        await remains.removeAfterNote(of: record)
    }

    /// Whether the time of an upload is over.
    func hasExpired(_ record: UploadRecord) -> Bool { record.hasExpired(after: lifetime, now: clock.wallTime()) }

    /// Ends what has expired, and forgets what ended long ago.
    func sweep() async throws {
        await remains.retry()
        let now = clock.wallTime()
        try await endExpired(before: WallTime(milliseconds: now.milliseconds - lifetime.nanoseconds / 1_000_000))
        let oldest = WallTime(milliseconds: now.milliseconds - memoryOfEnded.nanoseconds / 1_000_000)
        try await committer.change { ledger, _ in try ledger.forget(before: oldest) }
    }

    /// Ends all that has expired, or what comes before the first one for which the store is out of reach.
    private func endExpired(before limit: WallTime) async throws {
        for expired in try await readers.run({ [ledger] in try ledger.unfinished(since: limit) }) {
            do {
                _ = try await uploads.with(expired.id) { upload, record in
                    // The list may be old by now, and one that is being worked on at this moment is not left alone.
                    guard hasExpired(record), upload.isIdle, upload.assembly == nil else { return }
                    try await end(upload, record, as: .expired)
                }
            } catch let error where error.isOutage {
                logger.warning(
                    "expired uploads stay until the object store can be reached", metadata: ["error": "\(error)"])
                return
            } catch {
                logger.error(
                    "an expired upload could not be ended",
                    metadata: ["upload": "\(expired.id)", "error": "\(error)"])
            }
        }
    }

    /// Sweeps at once and then every minute, until the task is cancelled.
    func sweepEveryMinute() async {
        while !Task.isCancelled {
            do {
                try await sweep()
            } catch {
                logger.error("expired uploads could not be removed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(60))
        }
    }
}
