import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

@Suite struct PartOpenerTests {
    private static let pattern = PatternFile(seed: 11, size: 5 * 65_536 + 1000)
    private let fileSystem = MemoryFileSystem()
    private let plan = ChunkPlan(size: pattern.size, chunkSize: 65_536)
    private let id = TransferID(4)
    private let path = "/files/a"

    private func open(_ order: FileOrder) throws(TransferError) -> (FileOpening, PartSession?) {
        try PartOpener(fileSystem: fileSystem).open(id, order)
    }

    private func create(overwrite: Bool = false) -> FileOrder {
        .create(finalPath: path, size: Self.pattern.size, chunkSize: plan.chunkSize, overwrite: overwrite)
    }

    private func failure(_ order: FileOrder) -> TransferError.Code? {
        code { () throws(TransferError) in _ = try open(order) }
    }

    /// Bookmarks of chunks: all of each, but only a prefix of the last of `indices` if `isLastBegun`.
    private func bookmark(_ indices: Range<Int>, isLastBegun: Bool = false) -> [ChunkBookmark] {
        indices.map { index in
            let range = plan.range(of: index)
            let bytes = isLastBegun && index == indices.last ? 4096 : range.length
            var checksum = CRC32C()
            Self.pattern.bytes(range.start..<(range.start + bytes)).withUnsafeBytes { checksum.update($0) }
            return ChunkBookmark(index: index, bytes: bytes, checksum: checksum.value)
        }
    }

    private func reopen(_ bookmark: [ChunkBookmark], samples: [Int]) throws -> FileOrder {
        let name = fileSystem.content(of: path) == nil ? path + ".part" : path
        let identity = try #require(try fileSystem.identity(of: name))
        return .reopen(finalPath: path, identity: identity, plan: plan, bookmark: bookmark, samples: samples)
    }

    @Test func aNewPartIsMade() throws {
        let (opening, session) = try open(create())
        let made = try #require(session)
        #expect(opening == .created(made.file.identity, finalPath: path))
        #expect(made.transfer == id)
        #expect(made.finalPath == path)
        #expect(made.chunkSize == 65_536)
        #expect(made.takeDirty().progress == StoredProgress(bytesDone: 0, chunksDone: 0))
        #expect(fileSystem.calls.contains(.init(operation: .create, path: path + ".part")))
    }

    @Test func aFinishedFileOfThatNameStopsIt() {
        fileSystem.put([1], at: path)
        #expect(failure(create()) == .nameTaken)
        #expect(failure(create(overwrite: true)) == nil)
    }

    @Test(arguments: [false, true])
    func aPartOfSomebodyElseStopsIt(_ overwrite: Bool) {
        fileSystem.put([1], at: path + ".part")
        #expect(failure(create(overwrite: overwrite)) == .partTaken)
        #expect(fileSystem.content(of: path + ".part") == [1])
    }

    @Test func aFullDiskStopsIt() {
        fileSystem.capacity = 1000
        #expect(failure(create()) == .diskFull)
    }

    @Test func anIntactPartGoesOn() throws {
        fileSystem.put(Self.pattern.bytes, at: path + ".part")
        let (opening, session) = try open(try reopen(bookmark(0..<4, isLastBegun: true), samples: [0, 1, 2, 3]))
        #expect(opening == .reopened(damaged: []))
        let opened = try #require(session)
        #expect(opened.takeDirty().progress == StoredProgress(bytesDone: 3 * 65_536 + 4096, chunksDone: 3))
        #expect(opened.checksum(of: 3, bytes: 4096) != nil)
    }

    @Test func oneDamagedSampleHasAllOfThemChecked() throws {
        fileSystem.put(Self.pattern.bytes, at: path + ".part")
        for chunk in [1, 3, 5] { fileSystem.damage(path + ".part", at: chunk * 65_536 + 999) }
        let (opening, session) = try open(try reopen(bookmark(0..<6), samples: [0, 1, 5]))
        #expect(opening == .reopened(damaged: [1, 3, 5]))
        let progress = try #require(session).takeDirty().progress
        #expect(progress == StoredProgress(bytesDone: 3 * 65_536, chunksDone: 3))
    }

    @Test func damageBehindASafePrefixDoesNotMatter() throws {
        fileSystem.put(Self.pattern.bytes, at: path + ".part")
        fileSystem.damage(path + ".part", at: 2 * 65_536 + 4096)
        let (opening, _) = try open(try reopen(bookmark(0..<3, isLastBegun: true), samples: [2]))
        #expect(opening == .reopened(damaged: []))
    }

    @Test func aPartThatBecameShorterIsLost() throws {
        fileSystem.put(Array(Self.pattern.bytes[..<(2 * 65_536 + 10)]), at: path + ".part")
        #expect(failure(try reopen(bookmark(0..<6), samples: [0])) == .partLost)
    }

    @Test func aCrashAfterTheRenameLeavesTheFileInPlace() throws {
        fileSystem.put(Self.pattern.bytes, at: path)
        let (opening, session) = try open(try reopen(bookmark(0..<6), samples: [0]))
        #expect(opening == .inPlace)
        #expect(session == nil)
    }

    @Test func anUnfinishedFileUnderTheFinalNameIsNotTakenForFinished() throws {
        fileSystem.put(Self.pattern.bytes, at: path)
        #expect(failure(try reopen(bookmark(0..<5), samples: [0])) == .nameTaken)
        fileSystem.put(Self.pattern.bytes + [1], at: path)
        #expect(failure(try reopen(bookmark(0..<6), samples: [0])) == .nameTaken)
    }

    @Test func aPartThatIsGoneIsLost() throws {
        fileSystem.put(Self.pattern.bytes, at: path + ".part")
        let order = try reopen(bookmark(0..<2), samples: [0])
        try fileSystem.remove(path + ".part")
        #expect(failure(order) == .partLost)
        fileSystem.put(Self.pattern.bytes, at: path + ".part")
        #expect(failure(order) == .partLost, "another file of that name")
        fileSystem.put(Self.pattern.bytes, at: path)
        #expect(failure(order) == .partLost, "and another finished one")
    }

    @Test func anUnreadablePartIsAFailureAndIsClosed() throws {
        fileSystem.put(Self.pattern.bytes, at: path + ".part")
        fileSystem.fail(.read, with: TransferError(.fileFailure, "bad disk"))
        #expect(failure(try reopen(bookmark(0..<2), samples: [0])) == .fileFailure)
    }

    @Test func openedSessionsAreFetchedOnce() throws {
        let session = try #require(try open(create()).1)
        let sessions = OpenedFiles<PartSession>()
        sessions.put(session, of: id)
        #expect(sessions.take(TransferID(5)) == nil)
        #expect(sessions.take(id) === session)
        #expect(sessions.take(id) == nil)
    }
}
