import TestSupport
import Testing
import TransferCore

@testable import UploadServer

private let chunk: Int64 = 65_536

/// No 200 before the bytes are synced and the row is committed, whatever happens.
@Suite(.timeLimit(.minutes(5))) struct DurabilityTests {
    private let pattern = PatternFile(seed: 4, size: 40 * chunk)

    private func bytes(_ index: Int) -> [UInt8] {
        pattern.bytes(Int64(index) * chunk..<Int64(index + 1) * chunk)
    }

    @Test func writeThenSyncThenCommitThenAnswer() async throws {
        let folder = try TemporaryFolder.data()
        let recording = Recording()
        try await serving(UploadService(folder: folder, recording: recording)) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        let response = try await client.put(id, index, bytes(index))
                        recording.note(.answer(index, status: response.status))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.status(id).received == [[0, 39]])
        }
        let steps = recording.steps
        for index in 0..<40 {
            let range = (start: Int64(index) * chunk, end: Int64(index + 1) * chunk)
            let write = steps.firstIndex(of: .write(start: range.start, end: range.end))
            let commit = steps.firstIndex {
                if case .commit(let indices) = $0 { indices.contains(index) } else { false }
            }
            let answer = try #require(steps.firstIndex(of: .answer(index, status: 200)))
            let (written, committed) = (try #require(write), try #require(commit))
            #expect(written < committed && committed < answer)
            #expect(steps[written..<committed].contains(.sync))
        }
    }

    @Test(
        arguments: [
            (.write(.failed("broken")), 500), (.write(.noRoom), 507), (.sync(.failed("broken")), 500),
            (.sync(.noRoom), 507), (.commit, 500),
        ] as [(Recording.Failure, Int)])
    func aFailureIsNeverASuccess(failure: Recording.Failure, status: Int) async throws {
        let folder = try TemporaryFolder.data()
        let recording = Recording()
        try await serving(UploadService(folder: folder, recording: recording)) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: 2 * chunk)
            recording.failNext(failure)
            let refused = try await client.put(id, 0, bytes(0))
            #expect(refused.status == status)
            if status == 507 { #expect(refused.problem == "no-room") }
            #expect(try await client.status(id).received == [])
            #expect(try await client.put(id, 0, bytes(0)).status == 200)
            #expect(try await client.put(id, 1, bytes(1)).status == 200)
            #expect(try await client.complete(id).status == 200)
            #expect(try await client.send("GET", "/files/f").body == pattern.bytes(0..<2 * chunk))
        }
    }

    /// What was written through a file that failed to sync may be lost, even if a later sync succeeds.
    @Test func aBrokenFileIsNotTrustedAgain() throws {
        let recording = Recording()
        let folder = try TemporaryFolder.data()
        let storage = try RecordingStorage(folder, recording)
        let id = UploadID.random()
        _ = try storage.create(id, size: chunk)
        let upload = OpenUpload(id, takeoverAfter: .seconds(1))
        let file = try upload.file(storage)
        #expect(try upload.file(storage) === file)
        recording.failNext(.sync(.failed("broken")))
        #expect(throws: StorageError.failed("broken")) { try file.sync() }
        #expect(throws: StorageError.failed("broken")) { try file.sync() }
        #expect(try upload.file(storage) !== file)
        #expect(recording.steps.isEmpty)
    }
}
