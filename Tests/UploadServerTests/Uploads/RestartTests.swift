import Foundation
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

private let chunk: Int64 = 65_536

/// What a start finds after an end, and what time does to uploads.
@Suite(.timeLimit(.minutes(1))) struct RestartTests {
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
        let ledger = try SQLiteLedger(path: folder.path("server.db"))
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
            try await serving(folder) { [self] port async throws in
                let client = UploadClient(port: port)
                #expect(try await client.status(id.description).received == [])
                #expect(try await client.put(id.description, 0, bytes(0)).status == 200)
            }
        }
    }

    @Test func strayFilesGo() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [])
        try folder.write([1], to: "uploads/\(UploadID.random())")
        try folder.write([1], to: "uploads/stray")
        try await serving(folder) { _ in }
        #expect(try folder.names("uploads") == [id.description])
    }

    @Test func aCrashBeforeTheNameIsUndone() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [0, 1])
        try edit(folder) { ledger in
            let upload = try #require(try ledger.upload(id))
            try ledger.setStatus(.assembling, of: upload.key, at: upload.activeAt)
        }
        try await serving(folder) { [self] port async throws in
            let client = UploadClient(port: port)
            #expect(try await client.status(id.description).json["status"] as? String == "in_progress")
            #expect(try await client.complete(id.description).status == 200)
            #expect(try folder.read("files/f") == pattern.bytes)
        }
    }

    @Test func aCrashAfterTheNameIsMadeGood() async throws {
        let folder = try TemporaryFolder.data()
        let id = try await begin(folder, chunks: [0, 1])
        try edit(folder) { ledger in
            let upload = try #require(try ledger.upload(id))
            try ledger.setStatus(.assembling, of: upload.key, at: upload.activeAt)
        }
        #expect(rename(folder.path("uploads/\(id)"), folder.path("files/f")) == 0)
        try await serving(folder) { [self] port async throws in
            let client = UploadClient(port: port)
            #expect(try await client.status(id.description).json["status"] as? String == "complete")
            #expect(try await client.complete(id.description).status == 200)
            #expect(try folder.read("files/f") == pattern.bytes)
        }
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
