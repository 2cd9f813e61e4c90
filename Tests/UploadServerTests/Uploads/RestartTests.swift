import Foundation
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

private let chunk: Int64 = 65_536

/// What a start finds after an end, and what time does to uploads.
@Suite(.timeLimit(.minutes(5))) struct RestartTests {
    private let pattern = PatternFile(seed: 6, size: 2 * chunk)

    private func bytes(_ index: Int) -> [UInt8] {
        pattern.bytes(Int64(index) * chunk..<Int64(index + 1) * chunk)
    }

    /// Registers an upload and sends some of its chunks; the server ends then.
    private func begin(_ folder: TemporaryFolder, chunks: [Int]) async throws -> UploadID {
        let id = try await serving(folder) { [self] port async throws in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            for index in chunks { #expect(try await client.put(id, index, bytes(index)).status == 200) }
            return UploadID(id)
        }
        return try #require(id)
    }

    /// Changes the ledger while no server runs.
    private func edit(_ folder: TemporaryFolder, _ body: (SQLiteLedger) throws -> Void) throws {
        let ledger = try SQLiteLedger(path: folder.path("server.db"), logger: .silent)
        try body(ledger)
        try ledger.close()
    }

    @Test func chunksStayReceived() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [1])
        try await serving(folder) { [self] port async throws in
            let client = UploadClient(port: port)
            #expect(try await client.status(id.description).received == [[1, 1]])
            #expect(try await client.put(id.description, 0, bytes(0)).status == 200)
            #expect(try await client.complete(id.description).status == 200)
            #expect(try await client.send("GET", "/files/f").body == pattern.bytes)
        }
    }

    @Test func aLostFileStartsOver() async throws {
        for loss in 0..<3 {
            let folder = try TemporaryFolder.data()
            let id = try await begin(folder, chunks: [0, 1])
            let path = folder.path("uploads/\(id)")
            switch loss {
            case 0: try FileManager.default.removeItem(atPath: path)
            case 1: #expect(truncate(path, off_t(chunk)) == 0)
            default:
                try folder.write(pattern, to: "uploads/copy")
                #expect(rename(folder.path("uploads/copy"), path) == 0)
            }
            let found = loss == 0 ? nil : try folder.read("uploads/\(id)")
            try await serving(folder) { [self] port async throws in
                let client = UploadClient(port: port)
                #expect(try await client.status(id.description).received == [])
                #expect(try await client.put(id.description, 0, bytes(0)).status == 200)
            }
            // What lay in its place may be worth something to somebody.
            if let found { #expect(try folder.read("set-aside/\(id)-1") == found) }
        }
    }

    @Test func aFileIsKnownByItsInode() throws {
        let file = InodeIdentity(inode: 5, birthTime: 7)
        #expect(file.matches(file))
        #expect(file.matches(InodeIdentity(inode: 5, birthTime: 0)))
        #expect(!file.matches(InodeIdentity(inode: 5, birthTime: 8)))
        #expect(!file.matches(InodeIdentity(inode: 6, birthTime: 7)))
    }

    /// A disk that cannot be read at this moment has lost nothing.
    @Test func whatCannotBeFoundOutStopsTheStart() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [0])
        let recording = Recording()
        recording.failNext(.identity)
        let error = #expect(throws: DataFolderError.self) { try UploadService(folder: folder, recording: recording) }
        #expect(error?.description == "cannot take up the unfinished uploads: broken")
        try await serving(folder) { port async throws in
            #expect(try await UploadClient(port: port).status(id.description).received == [[0, 0]])
        }
    }

    @Test func strayFilesGo() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [])
        try folder.makeFolder("uploads/lost+found")
        try folder.write([1], to: "uploads/\(UploadID.random())")
        try folder.write([1], to: "uploads/stray")
        try await serving(folder) { _ in }
        #expect(try folder.names("uploads") == [id.description, "lost+found"].sorted())
    }

    @Test func aCrashBeforeTheNameIsUndone() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [0, 1])
        try edit(folder) { ledger in
            let upload = try #require(try ledger.upload(id))
            try ledger.beginAssembly(of: upload.key, expecting: nil, at: upload.activeAt)
        }
        try await serving(folder) { [self] port async throws in
            let client = UploadClient(port: port)
            #expect(try await client.status(id.description).json["status"] as? String == "in_progress")
            #expect(try await client.complete(id.description).status == 200)
            #expect(try folder.read("files/f") == pattern.bytes)
        }
    }

    @Test(arguments: [true, false]) func aCrashAfterTheNameIsMadeGood(isAssembling: Bool) async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [0, 1])
        try edit(folder) { ledger in
            let upload = try #require(try ledger.upload(id))
            if isAssembling { try ledger.beginAssembly(of: upload.key, expecting: nil, at: upload.activeAt) }
        }
        #expect(rename(folder.path("uploads/\(id)"), folder.path("files/f")) == 0)
        try await serving(folder) { [self] port async throws in
            let client = UploadClient(port: port)
            #expect(try await client.status(id.description).json["status"] as? String == "complete")
            #expect(try await client.complete(id.description).status == 200)
            #expect(try folder.read("files/f") == pattern.bytes)
        }
    }

    @Test func oneThatCannotBeEndedDoesNotKeepTheOthers() async throws {
        let folder = try TemporaryFolder.data()
        for _ in 0..<2 { _ = try await begin(folder, chunks: [0]) }
        let recording = Recording()
        recording.failNext(.end)
        var settings = UploadSettings.test
        settings.lifetime = .zero
        try await serving(UploadService(folder: folder, recording: recording, settings: settings)) { _ in
            try await eventually("one is gone") { try folder.names("uploads").count == 1 }
        }
    }

    @Test func aStartThatFailsSaysWhy() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "uploads")
        let error = #expect(throws: DataFolderError.self) {
            try UploadService(folder: folder.path, settings: .test, logger: .silent)
        }
        #expect(error?.description == "cannot open the folder \(folder.path)/uploads: Not a directory")
    }

    @Test func uploadsExpireAndAreForgotten() async throws {
        let folder = try TemporaryFolder.data()
        let clock = ManualClock()
        let lifetime = UploadSettings.test.lifetime
        let upload = try await serving(folder, clock: clock) { [self] port async throws in
            let client = UploadClient(port: port)
            let upload = try await client.register("f", size: pattern.size)
            clock.advance(by: lifetime - .seconds(10))
            #expect(try await client.put(upload, 0, bytes(0)).status == 200)
            clock.advance(by: lifetime - .seconds(10))
            #expect(try await client.status(upload).status == 200)
            clock.advance(by: .seconds(10))
            #expect(try await client.status(upload).status == 410)
            #expect(try await client.put(upload, 1, bytes(1)).status == 410)
            return upload
        }
        // The next start sweeps.
        try await serving(folder, clock: clock) { port async throws in
            try await eventually("the file is gone") { try folder.names("uploads").isEmpty }
            #expect(try await UploadClient(port: port).status(upload).status == 410)
        }
        clock.advance(by: .seconds(86_401))
        try await serving(folder, clock: clock) { port async throws in
            try await eventually("it is forgotten") {
                try await UploadClient(port: port).status(upload).status == 404
            }
        }
    }
}
