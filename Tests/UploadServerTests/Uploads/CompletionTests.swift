import Foundation
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

private let chunk: Int64 = 65_536

/// What fails on the way to the end of an upload, and is tried again.
@Suite(.timeLimit(.minutes(5))) struct CompletionTests {
    private let pattern = PatternFile(seed: 9, size: 2 * chunk)

    private func upload(_ client: UploadClient, _ name: String = "f") async throws -> String {
        let id = try await client.register(name, size: pattern.size)
        for index in 0..<2 {
            let bytes = pattern.bytes(Int64(index) * chunk..<Int64(index + 1) * chunk)
            #expect(try await client.put(id, index, bytes).status == 200)
        }
        return id
    }

    /// The file has its name already, and would stand in its own way.
    @Test(arguments: [Recording.Failure.syncName, .complete], [true, false])
    func aFailureBehindTheNameIsMadeGood(failure: Recording.Failure, restarts: Bool) async throws {
        let folder = try TemporaryFolder.data()
        let recording = Recording()
        let right = hexSHA256(pattern.bytes)
        let wish = #"{"sha256":"\#(right)"}"#
        let id = try await serving(UploadService(folder: folder, recording: recording)) { [self] port async throws in
            let client = UploadClient(port: port)
            let id = try await upload(client)
            recording.failNext(failure)
            #expect(try await client.complete(id, wish).status == 500)
            #expect(try folder.read("files/f") == pattern.bytes)
            if restarts { return id }
            #expect(try await client.complete(id, #"{"sha256":"\#(hexSHA256([]))"}"#).problem == "digest-conflict")
            #expect(try await client.complete(id, wish).json["sha256"] as? String == right)
            return id
        }
        try await serving(folder) { port async throws in
            let client = UploadClient(port: port)
            #expect(try await client.status(id).json["status"] as? String == "complete")
            // The digest that was compared before the name is remembered.
            #expect(try await client.complete(id, wish).json["sha256"] as? String == right)
        }
    }

    @Test func aDigestAfterTheFactIsNotWavedThrough() async throws {
        let folder = try TemporaryFolder.data()
        defer { withExtendedLifetime(folder) {} }
        let recording = Recording()
        try await serving(UploadService(folder: folder, recording: recording)) { [self] port async throws in
            let client = UploadClient(port: port)
            let id = try await upload(client)
            recording.failNext(.complete)
            #expect(try await client.complete(id).status == 500)
            let wish = #"{"sha256":"\#(hexSHA256([]))"}"#
            #expect(try await client.complete(id, wish).problem == "digest-conflict")
            #expect(try await client.complete(id).status == 200)
        }
    }

    @Test func aFileThatCannotBeDeletedIsTriedAgain() async throws {
        let folder = try TemporaryFolder.data()
        let recording = Recording()
        let id = try await serving(UploadService(folder: folder, recording: recording)) { port async throws in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: 1)
            recording.failNext(.remove)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            #expect(try await client.status(id).status == 410)
            return id
        }
        #expect(try folder.names("uploads") == [id])
        let storage = try RecordingStorage(folder, recording)
        let remover = FileRemover(storage, logger: .silent)
        recording.failNext(.remove)
        await remover.remove(try #require(UploadID(id)))
        #expect(try folder.names("uploads") == [id])
        await remover.retry()
        #expect(try folder.names("uploads").isEmpty)
    }

    @Test func aKeyOfAnExpiredUploadMakesANewOne() async throws {
        let clock = ManualClock()
        try await serving(.data(), clock: clock) { port async throws in
            let client = UploadClient(port: port)
            let register = {
                try await client.post("/uploads", #"{"name":"f","size":9}"#, [("Idempotency-Key", "k")])
            }
            let first = try #require(try await register().json["uploadId"] as? String)
            clock.advance(by: UploadSettings.test.lifetime)
            let second = try await register()
            #expect(second.status == 201)
            let id = try #require(second.json["uploadId"] as? String)
            #expect(id != first)
            #expect(try await client.status(first).status == 410)
            #expect(try await client.status(id).status == 200)
        }
    }

    @Test func roomIsGrantedOnce() throws {
        let folder = try TemporaryFolder.data()
        let gauge = DiskGauge(try RecordingStorage(folder, Recording(freeBytes: 1000)), reserve: 100)
        // A registration only asks; a chunk takes. All of this is one reading of the disk, or the numbers start anew.
        try gauge.demand(900, isTaken: false)
        try gauge.demand(900, isTaken: true)
        #expect(throws: Problem.self) { try gauge.demand(1, isTaken: true) }
    }

    /// A small file is finished while a huge one is read.
    @Test func workGoesToWhoeverIsFree() async throws {
        let workers = Workers(name: "test", count: 2)
        let gate = Gate()
        async let slow: Void = workers.run { while !gate.isPassable { usleep(1000) } }
        for _ in 0..<10 { #expect(try await workers.run { 7 } == 7) }
        gate.open()
        try await slow
    }
}
