import Synchronization
import TransferCore

/// Makes or finds the part file of a transfer.
struct PartOpener {
    let fileSystem: any FileSystem

    /// - Returns: What was found, and the session to go on with unless the file is complete already.
    func open(_ id: TransferID, _ order: FileOrder) throws(TransferError) -> (FileOpening, PartSession?) {
        switch order {
        case .create(let finalPath, let size, let chunkSize, let overwrite):
            if try fileSystem.identity(of: finalPath) != nil {
                guard overwrite else { throw TransferError(.nameTaken, "there is a file \(finalPath) already") }
                guard try fileSystem.isPlainFile(finalPath) else {
                    throw TransferError(.permissionDenied, "\(finalPath) is not a plain file and is not replaced")
                }
            }
            let file = try createPart(at: finalPath + ".part", size: size)
            let session = PartSession(
                transfer: id, file: file, finalPath: finalPath, chunkSize: chunkSize, size: size)
            return (.created(file.identity, finalPath: finalPath), session)

        case .reopen(let finalPath, let identity, let plan, let bookmark, let samples):
            // A crash between the rename and the note of it leaves the finished file under its final name.
            if try fileSystem.identity(of: finalPath) == identity {
                try checkIsWhole(finalPath, identity, plan, bookmark)
                return (.inPlace, nil)
            }
            let file = try fileSystem.reopenPart(at: finalPath + ".part", identity: identity)
            do throws(TransferError) {
                let end = bookmark.map { plan.range(of: $0.index).start + $0.bytes }.max() ?? 0
                guard try file.size() >= end else {
                    throw TransferError(.partLost, "\(finalPath).part is shorter than what was written")
                }
                var damaged = try damagedChunks(file, plan, bookmark.filter { samples.contains($0.index) })
                // Where one is wrong, others may be.
                if !damaged.isEmpty { damaged = try damagedChunks(file, plan, bookmark) }
                let session = PartSession(
                    transfer: id, file: file, finalPath: finalPath, chunkSize: plan.chunkSize, size: plan.size,
                    bookmark: bookmark.filter { !damaged.contains($0.index) })
                return (.reopened(damaged: damaged), session)
            } catch {
                file.close()
                throw error
            }
        }
    }

    /// Somebody may have given the unfinished file its final name, or changed the finished one.
    private func checkIsWhole(
        _ path: String, _ identity: FileIdentity, _ plan: ChunkPlan, _ bookmark: [ChunkBookmark]
    ) throws(TransferError) {
        let file = try fileSystem.reopenPart(at: path, identity: identity)
        defer { file.close() }
        let size = try file.size()
        guard size == plan.size, bookmark.reduce(0, { $0 + $1.bytes }) == plan.size else {
            throw TransferError(.nameTaken, "\(path) is not as it was finished")
        }
    }

    private func createPart(at path: String, size: Int64?) throws(TransferError) -> any PartFile {
        do throws(TransferError) {
            return try fileSystem.createPart(at: path, size: size)
        } catch {
            guard error.code == .nameTaken else { throw error }
            throw TransferError(.partTaken, "\(path) is there already and belongs to another transfer or program")
        }
    }

    private func damagedChunks(
        _ file: any PartFile, _ plan: ChunkPlan, _ samples: [ChunkBookmark]
    ) throws(TransferError) -> [Int] {
        var reader = ChunkReader(file: file, plan: plan)
        var damaged: [Int] = []
        for chunk in samples where try !reader.matches(chunk) { damaged.append(chunk.index) }
        return damaged
    }
}

/// Reads chunks back and compares them with their checksums.
struct ChunkReader {
    private let file: any PartFile
    private let plan: ChunkPlan
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)

    init(file: any PartFile, plan: ChunkPlan) {
        self.file = file
        self.plan = plan
    }

    /// Whether the safe prefix of a chunk is on disk as it was bookmarked.
    mutating func matches(_ chunk: ChunkBookmark) throws(TransferError) -> Bool {
        var checksum = CRC32C()
        var offset = plan.range(of: chunk.index).start
        let end = offset + chunk.bytes
        while offset < end {
            let count = Int(min(Int64(buffer.count), end - offset))
            let read = try file.read(count, at: offset, into: &buffer)
            buffer.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[..<read])) }
            guard read == count else { return false }
            offset += Int64(read)
        }
        return checksum.value == chunk.checksum
    }
}

extension PartFile {
    /// Reads up to `count` bytes into the front of `buffer`, which must be that large.
    func read(_ count: Int, at offset: Int64, into buffer: inout [UInt8]) throws(TransferError) -> Int {
        let result = buffer.withUnsafeMutableBytes { bytes in
            Result { () throws(TransferError) in
                try read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]), at: offset)
            }
        }
        return try result.get()
    }
}
