import Crypto
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

    /// Compares a complete part file with the digests it must have, and then has it renamed.
    func compareDigests(_ session: PartSession, _ order: FinishOrder) {
        queue.submit { [self] in
            do throws(TransferError) {
                let sha256 = try digest(of: session.file, size: order.size)
                for expected in order.digests where expected.sha256 != sha256 {
                    let whose = expected.origin == .user ? "expected" : "announced by the server"
                    throw TransferError(
                        .digestMismatch, "SHA-256 is \(sha256), but \(whose) was \(expected.sha256)")
                }
                let finish = CommitWork.Finish(session: session, order: order, sha256: sha256)
                committer.submit { $0.finishing.append(finish) }
            } catch {
                post([.finished(session.transfer, .failure(error))])
            }
        }
    }

    private func digest(of file: any PartFile, size: Int64) throws(TransferError) -> String {
        var hasher = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: Int64 = 0
        while offset < size {
            guard !isCancelled.load(ordering: .relaxed) else { throw Self.stopped }
            let count = Int(min(Int64(buffer.count), size - offset))
            let read = try file.read(count, at: offset, into: &buffer)
            buffer.withUnsafeBytes { hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<read])) }
            guard read > 0 else { throw TransferError(.fileFailure, "the file is shorter than it was written") }
            offset += Int64(read)
        }
        return hex(hasher.finalize())
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
