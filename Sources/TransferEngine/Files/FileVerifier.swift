import Synchronization
import TransferCore

/// Reads whole files back: to compare them with a digest, or chunk by chunk with the bookmark. On a thread of its own,
/// because that can take minutes.
final class FileVerifier: Sendable {
    private let fileSystem: any FileSystem
    private let committer: Committer
    private let post: @Sendable ([Event]) -> Void
    private let queue = WorkQueue(name: "verify")
    private let isCancelled = Atomic(false)
    /// Transfers that were removed: their finished files are nobody's business any more.
    private let forgotten = Mutex<Set<TransferID>>([])

    init(fileSystem: any FileSystem, committer: Committer, post: @escaping @Sendable ([Event]) -> Void) {
        self.fileSystem = fileSystem
        self.committer = committer
        self.post = post
    }

    /// Gives up whatever is being read: it will be read again at the next start.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
    }

    /// The transfer was removed from the queue; its ids are never used again.
    func forget(_ id: TransferID) {
        forgotten.withLock { _ = $0.insert(id) }
    }

    func finish() {
        queue.finish()
    }

    /// Compares a complete part file with what it must be, and then has it renamed.
    func compareContent(_ session: PartSession, _ order: FinishOrder) {
        queue.submit { [self] in
            do throws(TransferError) {
                let finish = CommitWork.Finish(
                    session: session, order: order, sha256: try check(session, order))
                committer.submit { $0.finishing.append(finish) }
            } catch {
                post([.finished(session.transfer, .failure(error))])
            }
        }
    }

    /// Returns the SHA-256 of the content, where it was computed.
    private func check(_ session: PartSession, _ order: FinishOrder) throws(TransferError) -> String? {
        var check = ContentCheck(order)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: Int64 = 0
        while offset < order.size {
            guard !isCancelled.load(ordering: .relaxed) else { throw Self.stopped }
            if let length = check.addPart(at: offset, from: session.partDigests) {
                offset += length
                continue
            }
            let count = Int(min(Int64(buffer.count), check.room(at: offset)))
            let read = try session.file.read(count, at: offset, into: &buffer)
            buffer.withUnsafeBytes { check.update(UnsafeRawBufferPointer(rebasing: $0[..<read])) }
            guard read > 0 else { throw TransferError(.fileFailure, "the file is shorter than it was written") }
            offset += Int64(read)
        }
        return try check.result()
    }

    /// Compares every chunk of a file with its stored checksum. If a finished file has damaged ones, it becomes a part
    /// file again.
    func verify(_ id: TransferID, _ order: VerifyOrder) {
        // The bookmark lies with the committer; the reading must not keep it.
        committer.submit { [self] work in
            work.questions.append { store in
                do {
                    let bookmark = try store.loadChunks(of: id)
                    self.queue.submit { self.compareChunks(id, order, bookmark) }
                    return .timer
                } catch {
                    let failure = TransferError(.fileFailure, "cannot read the bookmark: \(error)")
                    return .verified(id, .failure(failure))
                }
            }
        }
    }

    private func compareChunks(_ id: TransferID, _ order: VerifyOrder, _ bookmark: [ChunkBookmark]) {
        let result: Result<VerifyReport, TransferError>
        do throws(TransferError) {
            let partPath = order.finalPath + ".part"
            let path = order.isCompleted ? order.finalPath : partPath
            let file = try fileSystem.reopenPart(at: path, identity: order.part)
            defer { file.close() }
            let size = try file.size()
            guard !order.isCompleted || size == order.plan.size else {
                throw TransferError(.partLost, "\(path) has \(size) bytes now and had \(order.plan.size)")
            }
            var reader = ChunkReader(file: file, plan: order.plan)
            var damaged: [Int] = []
            for chunk in bookmark where chunk.index < order.plan.count {
                guard !isCancelled.load(ordering: .relaxed) else { throw Self.stopped }
                if try !reader.matches(chunk) { damaged.append(chunk.index) }
            }
            if order.isCompleted, !damaged.isEmpty, !forgotten.withLock({ $0.contains(id) }) {
                try fileSystem.rename(order.finalPath, to: partPath, replacing: false)
                try fileSystem.syncFolder(of: partPath)
            }
            result = .success(VerifyReport(checked: bookmark.count, damaged: damaged))
        } catch {
            result = .failure(error)
        }
        post([.verified(id, result)])
    }

    private static let stopped = TransferError(.fileFailure, "stopped before the end")
}
