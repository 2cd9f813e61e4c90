import Foundation
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Chunks are read ahead, and no buffer is ever lost over it.
///
/// One thread at a time uses a supply: that of its test.
@Suite final class ChunkSupplyTests: @unchecked Sendable {
    private static let mebibyte: Int64 = 1 << 20
    private let path = "/files/source"
    private let fileSystem = MemoryFileSystem()
    private let pool: BufferPool
    private let supply: ChunkSupply
    private let transfer = TransferID(1)
    private let buffers = 48
    /// What the supply told of digests.
    private let digests = Digests()
    private var ready: [(id: RequestID, result: Result<PreparedChunk, TransferError>)] = []

    init() {
        pool = BufferPool(count: buffers, bufferSize: 1 << 20) {}
        let digests = self.digests
        supply = ChunkSupply(pool: pool, inbox: EngineInbox()) { digests.places[$0] = $1 }
        fileSystem.put([UInt8](repeating: 7, count: 10 << 20), at: path)
    }

    private func wish(_ range: ByteRange) throws -> ChunkSupply.Wish {
        let file = try fileSystem.openSource(path)
        return ChunkSupply.Wish(
            transfer: transfer, range: range, source: UploadSource(file: file, path: path),
            identity: try file.identity())
    }

    private func mebibytes(_ start: Int64, _ end: Int64) -> ByteRange {
        ByteRange(start * Self.mebibyte, end * Self.mebibyte)
    }

    /// Waits for what somebody asked for.
    private func next() throws -> (id: RequestID, chunk: PreparedChunk) {
        try eventuallyBlocking("a chunk is read") {
            ready += supply.takeReady()
            return !ready.isEmpty
        }
        let first = ready.removeFirst()
        return (first.id, try first.result.get())
    }

    private var free: Int {
        let all = pool.take(least: 0, most: buffers)
        for buffer in all { pool.giveBack(buffer) }
        return all.count
    }

    /// Until no reading is under way, and what came of it was looked at.
    private func settle() throws {
        let isBehind = DispatchSemaphore(value: 0)
        supply.afterReadings { isBehind.signal() }
        isBehind.wait()
        #expect(supply.takeReady().isEmpty)
    }

    /// It was read ahead before anybody knew that its MD5 would be asked for.
    @Test func aChunkWhoseMD5IsWantedIsReadAgain() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 2)), for: RequestID(1)) == nil)
            let first = try next()
            #expect(first.chunk.digests.md5 == nil)
            try settle()
            var second = try wish(mebibytes(2, 4))
            second.needsMD5 = true
            #expect(supply.want(second, for: RequestID(2)) == nil)
            let read = try next()
            #expect(read.id == RequestID(2) && read.chunk.digests.sha256 == first.chunk.digests.sha256)
            // Of 2 MiB of sevens, by another program.
            #expect(read.chunk.digests.md5 == "02be6fa5865787ef074eefff70bacd33")
            first.chunk.window.release()
            read.chunk.window.release()
            try settle()
        }
    }

    /// The reading ahead is not over yet when the MD5 is asked for.
    @Test func aChunkThatIsBeingReadWithoutTheMD5ThatIsWantedIsReadAgain() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 2)), for: RequestID(1)) == nil)
            var second = try wish(mebibytes(2, 4))
            second.needsMD5 = true
            #expect(supply.want(second, for: RequestID(2)) == nil)
            var chunks: [RequestID: PreparedChunk] = [:]
            for _ in 0..<2 {
                let read = try next()
                chunks[read.id] = read.chunk
            }
            #expect(chunks[RequestID(1)]?.digests.md5 == nil)
            #expect(chunks[RequestID(2)]?.digests.md5 == "02be6fa5865787ef074eefff70bacd33")
            for chunk in chunks.values { chunk.window.release() }
            try settle()
            supply.forget(transfer)
            #expect(free == buffers)
            supply.finish()
        }
    }

    /// Somebody who does not wait any more leaves nothing behind, also between the two readings.
    @Test func aChunkThatIsReadAgainCanBeGivenUp() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 2)), for: RequestID(1)) == nil)
            var second = try wish(mebibytes(2, 4))
            second.needsMD5 = true
            #expect(supply.want(second, for: RequestID(2)) == nil)
            try next().chunk.window.release()
            supply.unclaim(RequestID(2))
            supply.forget(transfer)
            let isBehind = DispatchSemaphore(value: 0)
            supply.afterReadings { isBehind.signal() }
            isBehind.wait()
            for read in supply.takeReady() { try read.result.get().window.release() }
            #expect(free == buffers)
            supply.finish()
        }
    }

    @Test func withAnMD5TheNextChunksAreReadAheadWithTheirs() async throws {
        try await onOwnThread { [self] in
            var first = try wish(mebibytes(0, 2))
            first.needsMD5 = true
            #expect(supply.want(first, for: RequestID(1)) == nil)
            try next().chunk.window.release()
            try settle()
            var second = try wish(mebibytes(2, 4))
            second.needsMD5 = true
            let chunk = supply.want(second, for: RequestID(2))
            #expect(chunk?.digests.md5 == "02be6fa5865787ef074eefff70bacd33")
            chunk?.window.release()
            try settle()
            supply.forget(transfer)
            #expect(free == buffers)
            supply.finish()
        }
    }

    @Test func theNextChunkIsThereWhenItIsAskedFor() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 2)), for: RequestID(1)) == nil)
            let first = try next()
            #expect(first.id == RequestID(1))
            try settle()
            let second = supply.want(try wish(mebibytes(2, 4)), for: RequestID(2))
            #expect(second?.digests == first.chunk.digests, "both are sevens")
            #expect(
                digests.places[ChunkSupply.Place(transfer: transfer, range: mebibytes(2, 4))] == second?.digests.sha256)
            first.chunk.window.release()
            second?.window.release()
            try settle()
            supply.forget(transfer)
            #expect(free == buffers)
            supply.finish()
        }
    }

    @Test func aChunkThatIsBeingReadAheadComesToWhomAsksForIt() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 2)), for: RequestID(1)) == nil)
            #expect(supply.want(try wish(mebibytes(2, 4)), for: RequestID(2)) == nil)
            let ids = [try next(), try next()].map { entry in
                entry.chunk.window.release()
                return entry.id
            }
            #expect(Set(ids) == [RequestID(1), RequestID(2)])
            try settle()
            supply.forget(transfer)
            #expect(free == buffers)
            supply.finish()
        }
    }

    /// The server has the chunks in between.
    @Test func whatWasReadInVainGoesBack() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 1)), for: RequestID(1)) == nil)
            try next().chunk.window.release()
            try settle()
            #expect(free == buffers - 2, "two chunks are ready")
            #expect(supply.want(try wish(mebibytes(9, 10)), for: RequestID(2)) == nil)
            try next().chunk.window.release()
            #expect(free == buffers, "nothing comes behind the last chunk")
            supply.finish()
        }
    }

    @Test func aCancelledRequestAndAClosedFileLeaveNothingBehind() async throws {
        try await onOwnThread { [self] in
            #expect(supply.want(try wish(mebibytes(0, 2)), for: RequestID(1)) == nil)
            supply.unclaim(RequestID(1))
            supply.forget(transfer)
            try settle()
            #expect(free == buffers)
            supply.finish()
        }
    }

    @Test func downloadsKeepTheirShareOfTheBuffers() async throws {
        try await onOwnThread { [self] in
            var chunks: [PreparedChunk] = []
            for index in 0..<10 {
                let range = mebibytes(Int64(index % 5) * 2, Int64(index % 5) * 2 + 2)
                var other = try wish(range)
                other.transfer = TransferID(Int64(index))
                if let chunk = supply.want(other, for: RequestID(UInt64(index))) { chunks.append(chunk) }
            }
            while chunks.count < 10 { chunks.append(try next().chunk) }
            #expect(free >= 12)
            #expect(supply.want(try wish(mebibytes(0, 10)), for: RequestID(99)) == nil)
            for chunk in chunks { chunk.window.release() }
            try next().chunk.window.release()
            try settle()
            for id in 0..<10 { supply.forget(TransferID(Int64(id))) }
            #expect(free == buffers)
            supply.finish()
        }
    }

    @Test func aFileThatChangedFailsTheOneWhoAsks() async throws {
        try await onOwnThread { [self] in
            var stale = try wish(mebibytes(0, 1))
            stale.identity.modified += 1
            #expect(supply.want(stale, for: RequestID(1)) == nil)
            #expect(throws: TransferError.self) { try next() }
            try settle()
            #expect(free == buffers)
            supply.finish()
        }
    }
}

/// Digests by place, on one thread.
private final class Digests: @unchecked Sendable {
    var places: [ChunkSupply.Place: String] = [:]
}
