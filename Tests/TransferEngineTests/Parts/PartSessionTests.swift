import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

@Suite struct PartSessionTests {
    private static let kib: Int64 = 1024
    private static let chunkSize = 64 * kib
    private let now = Instant.zero + .seconds(1)

    private func session(size: Int64?, _ bookmark: [ChunkBookmark] = []) throws -> PartSession {
        let file = try MemoryFileSystem().createPart(at: "/files/a.part", size: nil)
        return PartSession(
            transfer: TransferID(1), file: file, finalPath: "/files/a", chunkSize: Self.chunkSize, size: size,
            bookmark: bookmark)
    }

    private func chunk(_ index: Int, _ bytes: Int64, _ checksum: UInt32 = 0) -> ChunkBookmark {
        ChunkBookmark(index: index, bytes: bytes, checksum: checksum)
    }

    @Test func thePartLiesBesideTheFile() throws {
        #expect(try session(size: nil).partPath == "/files/a.part")
    }

    @Test func aBookmarkCountsFromTheStart() throws {
        let size = 2 * Self.chunkSize + 100
        let session = try session(size: size, [chunk(0, Self.chunkSize, 5), chunk(1, 4096, 6), chunk(2, 100, 7)])
        #expect(session.takeDirty().progress == StoredProgress(bytesDone: Self.chunkSize + 4196, chunksDone: 2))
        #expect(session.takeDirty().chunks == [])
        #expect(session.backlog == nil)
    }

    @Test func progressCountsEachByteOnce() throws {
        let session = try session(size: Self.chunkSize + 50)
        _ = session.record([chunk(0, 4096, 1)], at: now)
        _ = session.record([chunk(0, 8192, 2)], at: now)
        #expect(session.backlog?.bytes == 8192)
        _ = session.record([chunk(0, Self.chunkSize, 3), chunk(1, 50, 4)], at: now)
        let (chunks, progress) = session.takeDirty()
        #expect(chunks == [chunk(0, Self.chunkSize, 3), chunk(1, 50, 4)])
        #expect(progress == StoredProgress(bytesDone: Self.chunkSize + 50, chunksDone: 2))
    }

    @Test func whatWasTakenIsGone() throws {
        let session = try session(size: 10 * Self.chunkSize)
        _ = session.record([chunk(3, 4096), chunk(1, 4096)], at: now)
        #expect(session.takeDirty().chunks.map(\.index) == [1, 3])
        #expect(session.backlog == nil)
        _ = session.record([chunk(3, 8192)], at: now + .seconds(1))
        let backlog = try #require(session.backlog)
        #expect(backlog.bytes == 4096)
        #expect(backlog.oldest == now + .seconds(1))
        #expect(session.takeDirty().progress == StoredProgress(bytesDone: 12_288, chunksDone: 0))
    }

    @Test func theOldestByteTellsTheAge() throws {
        let session = try session(size: 10 * Self.chunkSize)
        _ = session.record([chunk(0, 4096)], at: now)
        _ = session.record([chunk(0, 8192)], at: now + .seconds(5))
        #expect(session.backlog?.oldest == now)
    }

    @Test func begunChunksKnowTheirChecksum() throws {
        let session = try session(size: 10 * Self.chunkSize, [chunk(2, 4096, 77)])
        #expect(session.checksum(of: 2, bytes: 4096) == 77)
        #expect(session.checksum(of: 2, bytes: 0) == 0)
        #expect(session.checksum(of: 2, bytes: 8192) == nil)
        #expect(session.checksum(of: 1, bytes: 4096) == nil)
        _ = session.record([chunk(2, 8192, 78)], at: now)
        #expect(session.checksum(of: 2, bytes: 4096) == nil)
        #expect(session.checksum(of: 2, bytes: 8192) == 78)
        _ = session.takeDirty()
        #expect(session.checksum(of: 2, bytes: 8192) == 78)
        _ = session.record([chunk(2, Self.chunkSize, 79)], at: now)
        #expect(session.checksum(of: 2, bytes: 8192) == nil)
    }

    @Test func withoutASizeOnlyFullChunksAreDone() throws {
        let session = try session(size: nil)
        _ = session.record([chunk(0, Self.chunkSize), chunk(1, 10)], at: now)
        #expect(session.takeDirty().progress == StoredProgress(bytesDone: Self.chunkSize + 10, chunksDone: 1))
    }

    @Test func theCommitterIsToldWhenItMatters() throws {
        let chunkSize: Int64 = 64 << 20
        let file = try MemoryFileSystem().createPart(at: "/files/a.part", size: nil)
        let session = PartSession(
            transfer: TransferID(1), file: file, finalPath: "/files/a", chunkSize: chunkSize, size: nil)
        #expect(!session.record([], at: now))
        #expect(session.record([chunk(0, 4096)], at: now), "the first")
        #expect(!session.record([chunk(0, 8192)], at: now))
        #expect(!session.record([chunk(0, CommitPacing.worthwhileBytes - 1)], at: now))
        #expect(session.record([chunk(0, CommitPacing.worthwhileBytes)], at: now), "worth a commit")
        #expect(!session.record([chunk(0, CommitPacing.mostBytes - 1)], at: now))
        #expect(session.record([chunk(0, CommitPacing.mostBytes + 9)], at: now), "high time")
        #expect(!session.record([chunk(0, CommitPacing.mostBytes + 99)], at: now))
        _ = session.takeDirty()
        #expect(session.record([chunk(0, CommitPacing.mostBytes + 100)], at: now), "the first again")
    }

    @Test func aFailureIsToldOnceAndDropsWhatIsNotSafe() throws {
        let session = try session(size: 10 * Self.chunkSize)
        _ = session.record([chunk(0, 4096)], at: now)
        #expect(!session.hasFailed)
        #expect(session.fail())
        #expect(!session.fail())
        #expect(session.hasFailed)
        #expect(session.backlog == nil)
        #expect(session.takeDirty().chunks == [])
    }

    @Test func nothingIsRecordedAfterAFailure() throws {
        let session = try session(size: 10 * Self.chunkSize)
        _ = session.fail()
        #expect(!session.record([chunk(0, 4096)], at: now), "nothing to commit")
        #expect(session.backlog == nil)
        #expect(session.takeDirty().chunks == [])
    }
}
