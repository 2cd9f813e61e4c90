import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Files that are read to be uploaded, the same for every file system.
@Suite struct SourceFileTests {
    @Test(arguments: FileSystemKind.allCases)
    func readsAnyPlaceUpToTheEnd(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let pattern = PatternFile(seed: 5, size: 10_000)
        try subject.put(pattern.bytes, "a")
        let file = try subject.fileSystem.openSource(subject.path("a"))
        defer { file.close() }
        #expect(try file.bytes(10_000, at: 0) == pattern.bytes)
        #expect(try file.bytes(5, at: 4099) == pattern.bytes(4099..<4104))
        #expect(try file.bytes(100, at: 9990) == pattern.bytes(9990..<10_000))
        #expect(try file.bytes(100, at: 10_000) == [])
        #expect(try file.bytes(100, at: 1 << 40) == [])
        #expect(try file.bytes(0, at: 0) == [])
        #expect(try file.identity().size == 10_000)
    }

    @Test(arguments: FileSystemKind.allCases)
    func theSameFileHasTheSameIdentity(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        try subject.put([1, 2, 3], "a")
        try subject.put([1, 2, 3], "b")
        let (first, second) = (
            try subject.fileSystem.openSource(subject.path("a")), try subject.fileSystem.openSource(subject.path("a"))
        )
        let other = try subject.fileSystem.openSource(subject.path("b"))
        defer { for file in [first, second, other] { file.close() } }
        #expect(try first.identity() == second.identity())
        #expect(try first.identity() != other.identity())
        #expect(try first.identity().device == other.identity().device)
    }

    @Test(arguments: FileSystemKind.allCases)
    func anotherFileUnderThePathIsNotTakenForThisOne(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        try subject.put([1, 2, 3], "a")
        try subject.put([4, 5, 6], "b")
        let file = try subject.fileSystem.openSource(subject.path("a"))
        defer { file.close() }
        try subject.fileSystem.rename(subject.path("b"), to: subject.path("a"), replacing: true)
        // Or its bytes would be sent in the name of the other.
        let error = #expect(throws: TransferError.self) { try file.identity() }
        #expect(error?.code == .sourceChanged)
        // What was open stays what is read.
        #expect(try file.bytes(3, at: 0) == [1, 2, 3])
    }

    @Test(arguments: FileSystemKind.allCases)
    func aFileThatIsGoneIsMissing(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        #expect(subject.codeOfOpening("a") == .sourceMissing)
        try subject.put([1], "a")
        let file = try subject.fileSystem.openSource(subject.path("a"))
        defer { file.close() }
        try subject.fileSystem.remove(subject.path("a"))
        #expect(code { () throws(TransferError) in _ = try file.identity() } == .sourceMissing)
    }
}

/// What only a real file system has.
@Suite struct LocalSourceFileTests {
    private let subject: FileSystemSubject

    init() throws {
        subject = try FileSystemSubject(.local)
    }

    @Test func identityIsWhatTheSystemSays() throws {
        try subject.put([1, 2, 3], "a")
        var times = [timespec(tv_sec: 12, tv_nsec: 34), timespec(tv_sec: 1_700_000_000, tv_nsec: 123_456_789)]
        #expect(utimensat(AT_FDCWD, subject.path("a"), &times, 0) == 0)
        var status = stat()
        #expect(stat(subject.path("a"), &status) == 0)
        let file = try subject.fileSystem.openSource(subject.path("a"))
        defer { file.close() }
        let wanted = SourceIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: 3,
            modified: 1_700_000_000_123_456_789)
        #expect(try file.identity() == wanted)
    }

    @Test func linksAreFollowed() throws {
        try subject.put([7], "a")
        try subject.putLink("link", to: "a")
        let (link, file) = (
            try subject.fileSystem.openSource(subject.path("link")),
            try subject.fileSystem.openSource(subject.path("a"))
        )
        defer { for file in [link, file] { file.close() } }
        #expect(try link.bytes(2, at: 0) == [7])
        #expect(try link.identity() == file.identity())
        try subject.putLink("dangling", to: "nothing")
        #expect(subject.codeOfOpening("dangling") == .sourceMissing)
    }

    /// A named pipe without a writer: a plain `open` would wait for one for ever.
    @Test func onlyPlainFilesAreTaken() throws {
        #expect(mkdir(subject.path("folder"), 0o700) == 0)
        #expect(mkfifo(subject.path("pipe"), 0o600) == 0)
        try subject.put([], "a")
        #expect(subject.codeOfOpening("folder") == .sourceMissing)
        #expect(subject.codeOfOpening("pipe") == .sourceMissing)
        #expect(subject.codeOfOpening("a/b") == .sourceMissing)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func whatMayNotBeReadIsUnreadable() throws {
        try subject.put([1], "a")
        #expect(chmod(subject.path("a"), 0) == 0)
        #expect(subject.codeOfOpening("a") == .sourceUnreadable)
    }
}

extension FileSystemSubject {
    /// The code of what opening a source throws; `nil` if it can be opened.
    fileprivate func codeOfOpening(_ name: String) -> TransferError.Code? {
        code { () throws(TransferError) in try fileSystem.openSource(path(name)).close() }
    }
}

extension SourceFile {
    fileprivate func bytes(_ count: Int, at offset: Int64) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0xAA, count: count)
        let result = buffer.withUnsafeMutableBytes { bytes in
            Result { () throws(TransferError) in try read(into: bytes, at: offset) }
        }
        return Array(buffer[..<(try result.get())])
    }
}
