import Glibc
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// What only a real disk shows.
@Suite struct LocalFileSystemTests {
    private let fileSystem = LocalFileSystem()

    @Test func aPartIsInvisibleBeforeItIsLinked() throws {
        let folder = try TemporaryFolder()
        let file = try fileSystem.createPart(at: folder.path("a.part"), size: 1 << 20)
        if !file.isLinked { #expect(try folder.names() == []) }
        file.close()
        // Without a name nothing is left of it.
        if !file.isLinked { #expect(try folder.names() == []) }
    }

    @Test func theSpaceOfALargeFileIsReserved() throws {
        let folder = try TemporaryFolder()
        let file = try fileSystem.createPart(at: folder.path("a"), size: 3 << 20)
        defer { file.close() }
        if !file.isLinked { try file.link(at: folder.path("a")) }
        let status = try status(of: folder.path("a"))
        #expect(status.st_size == 3 << 20)
        #expect(status.st_blocks * 512 >= 3 << 20)
        #expect(try file.bytes(100, at: 1 << 20) == [UInt8](repeating: 0, count: 100))
    }

    @Test func nothingIsLeftWhereThereIsNoRoom() throws {
        let folder = try TemporaryFolder()
        // Larger than any file may be.
        let failure = code { () throws(TransferError) in
            _ = try fileSystem.createPart(at: folder.path("a"), size: 1 << 62)
        }
        #expect(failure == .diskFull)
        #expect(try folder.names() == [])
    }

    /// A file system gives the number of a deleted file to the next one.
    @Test func aReusedInodeIsAnotherFile() throws {
        let folder = try TemporaryFolder()
        let fileSystem = LocalFileSystem()
        let path = folder.path("a.part")
        var seen: Set<FileIdentity> = []
        for round in 0..<20 {
            try folder.write([1], to: "a.part")
            let identity = try #require(try fileSystem.identity(of: path))
            #expect(seen.insert(identity).inserted, "round \(round)")
            try fileSystem.remove(path)
        }
    }

    @Test(.enabled(if: SharedMemoryFolder.isThere))
    func aFileSystemInMemoryRunsFull() throws {
        let folder = try SharedMemoryFolder()
        // More than all of it; it refuses that without taking any.
        let failure = code { () throws(TransferError) in
            _ = try fileSystem.createPart(at: folder.path("a"), size: folder.capacity * 2)
        }
        #expect(failure == .diskFull)
        #expect(try fileSystem.identity(of: folder.path("a")) == nil)
    }

    @Test(.enabled(if: SharedMemoryFolder.isThere))
    func aFileSystemInMemoryHoldsParts() throws {
        let folder = try SharedMemoryFolder()
        let pattern = PatternFile(seed: 5, size: 300_001)
        let file = try fileSystem.createPart(at: folder.path("a.part"), size: pattern.size)
        if !file.isLinked { try file.link(at: folder.path("a.part")) }
        try AlignedBytes(pattern, 0..<262_144).write(to: file, at: 0)
        try AlignedBytes(pattern, 262_144..<300_001).write(to: file, at: 262_144)
        try file.sync()
        let identity = file.identity
        file.close()
        try fileSystem.syncFolder(of: folder.path("a.part"))
        try fileSystem.rename(folder.path("a.part"), to: folder.path("a"), replacing: false)
        let again = try fileSystem.reopenPart(at: folder.path("a"), identity: identity)
        defer { again.close() }
        #expect(try pattern.firstDifference(fromFileAt: folder.path("a")) == nil)
    }

    /// The limit belongs to the process, and so does the mask; both tests need one of their own.
    @Test func aWriteBeyondTheLimitIsAFullDisk() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let folder = try TemporaryFolder()
            let file = try LocalFileSystem().createPart(at: folder.path("a"), size: 600 << 10)
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let page = AlignedBytes(PatternFile(seed: 1, size: 1), 0..<(128 << 10))
            #expect(code { () throws(TransferError) in try page.write(to: file, at: 0) } == nil)
            #expect(code { () throws(TransferError) in try page.write(to: file, at: 1 << 20) } == .diskFull)
            // A part of it fits.
            #expect(code { () throws(TransferError) in try page.write(to: file, at: (1 << 20) - 4096) } == .diskFull)
            #expect(code { () throws(TransferError) in try file.write([1, 2], at: (1 << 20) - 1) } == .diskFull)
            #expect(code { () throws(TransferError) in try file.setSize(2 << 20) } == .diskFull)
        }
    }

    @Test func theMaskOfThePersonIsRespected() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            for (mask, expected) in [(0o022, 0o644), (0o077, 0o600), (0, 0o644)] as [(mode_t, mode_t)] {
                umask(mask)
                let path = folder.path("\(mask)")
                let file = try LocalFileSystem().createPart(at: path, size: nil)
                if !file.isLinked { try file.link(at: path) }
                file.close()
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_mode & 0o777 == expected)
            }
        }
    }

    @Test func aFolderInPlaceOfThePartIsNotThePart() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("a.part")
        let failure = code { () throws(TransferError) in
            _ = try fileSystem.reopenPart(at: folder.path("a.part"), identity: FileIdentity(device: 1, inode: 1))
        }
        #expect(failure == .partLost)
    }

    @Test func aPipeInPlaceOfThePartIsNotThePart() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path("a.part"), 0o600) == 0)
        let identity = try #require(try fileSystem.identity(of: folder.path("a.part")))
        let failure = code { () throws(TransferError) in
            _ = try fileSystem.reopenPart(at: folder.path("a.part"), identity: identity)
        }
        #expect(failure == .partLost)
    }

    /// No permission stops root, but nobody makes files here.
    @Test(.enabled(if: access("/proc/self", F_OK) == 0))
    func aFolderThatTakesNoFilesIsRefused() {
        let failure = code { () throws(TransferError) in
            _ = try fileSystem.createPart(at: "/proc/self/a.part", size: 10)
        }
        #expect(failure != nil)
    }

    @Test func allDescriptorsAreClosed() throws {
        let folder = try TemporaryFolder()
        for index in 0..<20 {
            let path = folder.path("\(index)")
            let file = try fileSystem.createPart(at: path, size: 1 << 20)
            if !file.isLinked { try file.link(at: path) }
            let identity = file.identity
            file.close()
            try fileSystem.reopenPart(at: path, identity: identity).close()
            _ = code { () throws(TransferError) in
                _ = try fileSystem.reopenPart(at: path, identity: FileIdentity(device: 0, inode: 0))
            }
        }
        #expect(Self.openTargets().filter { $0.hasPrefix(folder.path) } == [])
    }

    @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b", "a")])
    func theFolderOfAPath(_ path: String, _ folder: String) {
        #expect(LocalFileSystem.folder(of: path) == folder)
    }

    private func status(of path: String) throws -> stat {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status
    }

    private static func openTargets() -> [String] {
        (0..<1024).compactMap { descriptor in
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = buffer.withUnsafeMutableBytes {
                readlink("/proc/self/fd/\(descriptor)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
            }
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }
    }
}

/// A folder on a file system in memory.
private final class SharedMemoryFolder {
    static let isThere = access("/dev/shm", W_OK) == 0

    let path: String

    init() throws {
        var template = Array("/dev/shm/carryon-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["a", "a.part"] { unlink(path(name)) }
        rmdir(path)
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    var capacity: Int64 {
        var status = statvfs()
        statvfs(path, &status)
        return Int64(status.f_blocks) * Int64(status.f_frsize)
    }
}
