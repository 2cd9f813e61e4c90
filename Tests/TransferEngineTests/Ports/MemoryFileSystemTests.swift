import TestSupport
import Testing
import TransferCore

/// What the fake adds to the port: crashes, failures and a disk that runs full.
@Suite struct MemoryFileSystemTests {
    private let fileSystem = MemoryFileSystem()

    private func makeFile(_ name: String, _ bytes: [UInt8]) throws -> any PartFile {
        let file = try fileSystem.createPart(at: "/files/\(name)", size: nil)
        try file.link(at: "/files/\(name)")
        try file.write(bytes, at: 0)
        return file
    }

    @Test func aCrashKeepsWhatWasSynced() throws {
        let file = try makeFile("a", [1, 2, 3])
        try file.sync()
        try fileSystem.syncFolder(of: "/files/a")
        try file.write([9, 9], at: 2)
        #expect(fileSystem.content(of: "/files/a") == [1, 2, 9, 9])
        #expect(fileSystem.safeContent(of: "/files/a") == [1, 2, 3])
        let after = fileSystem.crash()
        #expect(after.content(of: "/files/a") == [1, 2, 3])
        let again = try after.reopenPart(at: "/files/a", identity: file.identity)
        try again.write([7], at: 3)
        #expect(after.content(of: "/files/a") == [1, 2, 3, 7])
    }

    @Test func aCrashLosesNamesThatWereNotSynced() throws {
        let file = try makeFile("a", [1])
        try file.sync()
        #expect(fileSystem.crash().paths == [])
    }

    @Test func aCrashUndoesARenameAndARemoval() throws {
        fileSystem.put([1], at: "/files/a.part")
        fileSystem.put([2], at: "/files/b")
        try fileSystem.rename("/files/a.part", to: "/files/a", replacing: false)
        try fileSystem.remove("/files/b")
        #expect(fileSystem.paths == ["/files/a"])
        #expect(fileSystem.crash().paths == ["/files/a.part", "/files/b"])
    }

    @Test func whatCrashedIsOfNoUse() throws {
        let file = try makeFile("a", [1])
        _ = fileSystem.crash()
        #expect(code { () throws(TransferError) in try file.write([1], at: 0) } == .fileFailure)
        #expect(code { () throws(TransferError) in try file.sync() } == .fileFailure)
        #expect(code { () throws(TransferError) in try fileSystem.remove("/files/a") } == .fileFailure)
        file.close()
    }

    @Test func aTornCrashKeepsSomeWritesWhole() throws {
        var outcomes: Set<[UInt8]> = []
        for seed in 0..<40 as Range<UInt64> {
            let fileSystem = MemoryFileSystem()
            let file = try fileSystem.createPart(at: "/files/a", size: 4)
            try file.link(at: "/files/a")
            try file.sync()
            try fileSystem.syncFolder(of: "/files/a")
            try file.write([1, 1], at: 0)
            try file.write([2, 2], at: 2)
            outcomes.insert(try #require(fileSystem.crash(tearing: seed).content(of: "/files/a")))
        }
        #expect(outcomes == [[0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 2, 2], [1, 1, 2, 2]])
    }

    @Test func callsFailAsTold() throws {
        let file = try makeFile("a", [])
        fileSystem.fail(.write, with: TransferError(.diskFull, "full"), after: 1)
        fileSystem.fail(.sync, with: TransferError(.fileFailure, "broken"))
        #expect(code { () throws(TransferError) in try file.write([1], at: 0) } == nil)
        #expect(code { () throws(TransferError) in try file.write([2], at: 1) } == .diskFull)
        #expect(code { () throws(TransferError) in try file.write([3], at: 2) } == nil)
        #expect(fileSystem.sync([file]).mapValues(\.code) == [0: .fileFailure])
        #expect(fileSystem.sync([file]).isEmpty)
        #expect(fileSystem.calls.map(\.operation) == [.create, .link, .write, .write, .write, .write, .sync, .sync])
    }

    @Test func theDiskRunsFull() throws {
        let fileSystem = MemoryFileSystem(capacity: 100)
        let reserved = try fileSystem.createPart(at: "/files/a", size: 60)
        let refused = code { () throws(TransferError) in
            _ = try fileSystem.createPart(at: "/files/b", size: 41)
        }
        #expect(refused == .diskFull)
        let file = try fileSystem.createPart(at: "/files/b", size: nil)
        let bytes = [UInt8](repeating: 1, count: 40)
        #expect(code { () throws(TransferError) in try file.write(bytes, at: 0) } == nil)
        #expect(code { () throws(TransferError) in try file.write([1], at: 40) } == .diskFull)
        // The room was reserved.
        #expect(code { () throws(TransferError) in try reserved.write(bytes, at: 20) } == nil)
        fileSystem.capacity = 200
        #expect(code { () throws(TransferError) in try file.write([1], at: 40) } == nil)
        // What has no name frees its room when it closes.
        fileSystem.capacity = 101
        reserved.close()
        _ = try fileSystem.createPart(at: "/files/c", size: 60)
    }

    @Test func aBadDiskChangesBytes() {
        fileSystem.put([0, 0], at: "/files/a")
        fileSystem.damage("/files/a", at: 1)
        #expect(fileSystem.content(of: "/files/a") == [0, 0x10])
        #expect(fileSystem.crash().content(of: "/files/a") == [0, 0x10])
    }
}
