import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Names, identities and folders, the same for every file system.
@Suite struct FileSystemNameTests {
    @Test(arguments: FileSystemKind.allCases)
    func aNewFileHasNoNameUntilItIsLinked(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.fileSystem.createPart(at: subject.path("a.part"), size: 10)
        defer { file.close() }
        if !file.isLinked {
            #expect(try subject.names() == [])
            #expect(try subject.fileSystem.identity(of: subject.path("a.part")) == nil)
            try file.link(at: subject.path("a.part"))
        }
        #expect(file.isLinked)
        #expect(try subject.names() == ["a.part"])
        #expect(try subject.fileSystem.identity(of: subject.path("a.part")) == file.identity)
    }

    @Test(arguments: FileSystemKind.allCases)
    func aFileThatIsThereIsNotTakenOver(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        try subject.put([1, 2, 3], "a.part")
        let failure = code { () throws(TransferError) in
            _ = try subject.fileSystem.createPart(at: subject.path("a.part"), size: 10)
        }
        #expect(failure == .nameTaken)
        #expect(try subject.content("a.part") == [1, 2, 3])
    }

    @Test(arguments: FileSystemKind.allCases)
    func aLinkInTheWayCountsAsAFile(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        try subject.putLink("a.part", to: "nowhere")
        let failure = code { () throws(TransferError) in
            _ = try subject.fileSystem.createPart(at: subject.path("a.part"), size: 10)
        }
        #expect(failure == .nameTaken)
        #expect(try subject.fileSystem.identity(of: subject.path("a.part")) != nil)
    }

    @Test(arguments: FileSystemKind.allCases)
    func linkingRefusesANameThatWasTakenMeanwhile(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.fileSystem.createPart(at: subject.path("a.part"), size: 10)
        defer { file.close() }
        guard !file.isLinked else { return }
        try subject.put([9], "a.part")
        #expect(code { () throws(TransferError) in try file.link(at: subject.path("a.part")) } == .nameTaken)
        #expect(!file.isLinked)
        #expect(try subject.content("a.part") == [9])
    }

    @Test(arguments: FileSystemKind.allCases)
    func aMissingFolderIsNamedAsSuch(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let fileSystem = subject.fileSystem
        let create = code { () throws(TransferError) in
            _ = try fileSystem.createPart(at: subject.path("none/a.part"), size: 10)
        }
        #expect(create == .folderMissing)
        let sync = code { () throws(TransferError) in try fileSystem.syncFolder(of: subject.path("none/a")) }
        #expect(sync == .folderMissing)
        try subject.put([1], "b")
        let rename = code { () throws(TransferError) in
            try fileSystem.rename(subject.path("b"), to: subject.path("none/b"), replacing: false)
        }
        #expect(rename == .folderMissing)
        #expect(try fileSystem.identity(of: subject.path("none/a")) == nil)
    }

    @Test(arguments: FileSystemKind.allCases, [true, false])
    func renamingKeepsIdentityAndContent(_ kind: FileSystemKind, replacing: Bool) throws {
        let subject = try FileSystemSubject(kind)
        try subject.put([1, 2, 3], "a.part")
        let identity = try subject.fileSystem.identity(of: subject.path("a.part"))
        try subject.fileSystem.rename(subject.path("a.part"), to: subject.path("a"), replacing: replacing)
        #expect(try subject.names() == ["a"])
        #expect(try subject.content("a") == [1, 2, 3])
        #expect(try subject.fileSystem.identity(of: subject.path("a")) == identity)
    }

    @Test(arguments: FileSystemKind.allCases)
    func renamingReplacesOnlyWhenAsked(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        try subject.put([1], "a.part")
        try subject.put([2], "a")
        let refused = code { () throws(TransferError) in
            try subject.fileSystem.rename(subject.path("a.part"), to: subject.path("a"), replacing: false)
        }
        #expect(refused == .nameTaken)
        #expect(try subject.names() == ["a", "a.part"])
        #expect(try subject.content("a") == [2])

        try subject.fileSystem.rename(subject.path("a.part"), to: subject.path("a"), replacing: true)
        #expect(try subject.names() == ["a"])
        #expect(try subject.content("a") == [1])
    }

    @Test(arguments: FileSystemKind.allCases)
    func renamingAMissingFileFails(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let failure = code { () throws(TransferError) in
            try subject.fileSystem.rename(subject.path("none"), to: subject.path("a"), replacing: true)
        }
        #expect(failure != nil)
        #expect(try subject.names() == [])
    }

    @Test(arguments: FileSystemKind.allCases)
    func anOpenFileCanBeRenamedAndWritten(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a.part", size: 3)
        defer { file.close() }
        try subject.fileSystem.rename(subject.path("a.part"), to: subject.path("a"), replacing: false)
        try file.write([1, 2, 3], at: 0)
        #expect(try subject.content("a") == [1, 2, 3])
    }

    @Test(arguments: FileSystemKind.allCases)
    func removingDeletesAndForgivesAMissingFile(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        try subject.put([1], "a")
        try subject.fileSystem.remove(subject.path("a"))
        #expect(try subject.names() == [])
        try subject.fileSystem.remove(subject.path("a"))
        #expect(try subject.fileSystem.identity(of: subject.path("a")) == nil)
    }

    @Test(arguments: FileSystemKind.allCases)
    func aRemovedFileStaysUsableWhileItIsOpen(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: nil)
        defer { file.close() }
        try subject.fileSystem.remove(subject.path("a"))
        try file.write([7, 8], at: 0)
        #expect(try file.bytes(10, at: 0) == [7, 8])
    }

    @Test(arguments: FileSystemKind.allCases)
    func syncingAFolderWorks(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: nil)
        defer { file.close() }
        try subject.fileSystem.syncFolder(of: subject.path("a"))
        try subject.fileSystem.syncFolder(of: subject.path("not there"))
    }

    @Test(arguments: FileSystemKind.allCases)
    func reopeningFindsTheSameFile(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a.part", size: 4)
        try file.write([1, 2, 3, 4], at: 0)
        let identity = file.identity
        file.close()
        let again = try subject.fileSystem.reopenPart(at: subject.path("a.part"), identity: identity)
        defer { again.close() }
        #expect(again.isLinked)
        #expect(again.identity == identity)
        try again.write([9], at: 1)
        #expect(try again.bytes(4, at: 0) == [1, 9, 3, 4])
    }

    @Test(arguments: FileSystemKind.allCases)
    func reopeningRefusesEverythingElse(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let fileSystem = subject.fileSystem
        try subject.put([1], "mine")
        try subject.put([1], "other")
        try subject.putLink("link", to: "mine")
        let mine = try #require(try fileSystem.identity(of: subject.path("mine")))
        for name in ["other", "link", "missing", "none/missing"] {
            let failure = code { () throws(TransferError) in
                _ = try fileSystem.reopenPart(at: subject.path(name), identity: mine)
            }
            #expect(failure == .partLost, "\(name)")
        }
        let wrongDevice = FileIdentity(device: mine.device ^ 1, inode: mine.inode, born: mine.born)
        let failure = code { () throws(TransferError) in
            _ = try fileSystem.reopenPart(at: subject.path("mine"), identity: wrongDevice)
        }
        #expect(failure == .partLost)
    }
}
