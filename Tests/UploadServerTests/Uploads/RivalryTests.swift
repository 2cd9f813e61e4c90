import Foundation
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

private let chunk: Int64 = 65_536

/// Several clients that want the same, and clients that stop in the middle.
@Suite(.timeLimit(.minutes(5))) struct RivalryTests {
    private let pattern = PatternFile(seed: 5, size: 4 * chunk)

    /// One chunk of two pieces.
    private let large = PatternFile(seed: 5, size: 2 << 20)

    private func bytes(_ index: Int) -> [UInt8] {
        pattern.bytes(Int64(index) * chunk..<Int64(index + 1) * chunk)
    }

    /// Sends a chunk as clients do, who try again when they were too slow: on a busy machine everybody may be silent for
    /// a while.
    private func putPatiently(_ client: UploadClient, _ id: String, _ index: Int) async throws -> Int {
        while true {
            let status = try await client.put(id, index, bytes(index)).status
            guard status == 408 else { return status }
        }
    }

    /// Begins an upload of one large chunk, whose sender stops after the first piece was written.
    private func beginLarge(_ client: UploadClient, _ recording: Recording) async throws -> (String, RawConnection) {
        let size = large.size
        let id = try await client.register("f", size: size, chunkSize: size)
        let sender = try await onOwnThread { [large] in
            try client.begin(id, 0, large.bytes, sending: 1_500_000)
        }
        try await eventually("the first piece is written") { !recording.steps.isEmpty }
        return (id, sender)
    }

    @Test func aSilentSenderLosesItsChunk() async throws {
        let recording = Recording()
        let folder = try TemporaryFolder.data()
        let service = try UploadService(folder: folder, recording: recording, settings: .impatient)
        try await serving(service) { [self] port in
            let client = UploadClient(port: port)
            let (id, silent) = try await beginLarge(client, recording)
            #expect(try await client.put(id, 0, large.bytes).status == 200)
            // What comes late changes nothing.
            let rest = large.bytes(1_500_000..<large.size).map { ~$0 }
            let cutOff = try await onOwnThread {
                let answer = try silent.readResponse()
                try? silent.send(rest)
                return answer
            }
            #expect(cutOff.status == 423)
            #expect(cutOff.problem == "taken-over")
            #expect(try await client.complete(id).status == 200)
            let content = try folder.read("files/f")
            #expect(content == large.bytes)
        }
        let writes = recording.steps.filter { if case .write = $0 { true } else { false } }
        #expect(writes.count == 3)
    }

    @Test func manySendersOfOneChunk() async throws {
        try await serving(.data()) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for sender in 0..<12 {
                    group.addTask { try await client.put(id, 2, bytes(sender % 2 == 0 ? 2 : 3)).status }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            // One content wins, and the others hear of it.
            #expect(statuses == [200: 6, 409: 6])
        }
    }

    @Test func deletingCutsOffWhoSends() async throws {
        let recording = Recording()
        let folder = try TemporaryFolder.data()
        try await serving(UploadService(folder: folder, recording: recording)) { [self] port in
            let client = UploadClient(port: port)
            let (id, sender) = try await beginLarge(client, recording)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            let cutOff = try await onOwnThread { try sender.readResponse() }
            #expect(cutOff.status == 410)
            #expect(try folder.names("uploads").isEmpty)
        }
    }

    @Test func stalledClientsDoNotKeepTheMemory() async throws {
        var settings = UploadSettings.impatient
        settings.memory = 2 << 20
        try await serving(.data(), settings: settings) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            let stalled = try await onOwnThread {
                try (0..<2).map { try client.begin(id, $0, bytes($0), sending: 30_000) }
            }
            for index in [2, 3, 0, 1] { #expect(try await putPatiently(client, id, index) == 200) }
            // Cut off for the memory, or for their chunk: whichever was wanted first.
            let answers = try await onOwnThread { try stalled.map { try $0.readResponse().status } }
            #expect(Set(answers).isSubset(of: [408, 423]))
        }
    }

    /// With patience without end, only those who give their buffers back let the others through.
    @Test func trickleDoesNotKeepTheMemory() async throws {
        var settings = UploadSettings.test
        settings.memory = 1 << 20
        let folder = try TemporaryFolder.data()
        try await serving(folder, settings: settings) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            // Some have sent too little for a buffer, and one has the only one.
            let few = try await onOwnThread {
                try (0..<2).map { try client.begin(id, $0, bytes($0), sending: 5000 * (1 + $0)) }
            }
            let trickling = try await onOwnThread { try client.begin(id, 2, bytes(2), sending: 20_000) }
            let isServed = Gate()
            async let trickled = onOwnThread {
                var sent = 20_000
                while !isServed.isPassable, sent < 60_000 {
                    try trickling.send(Array(bytes(2)[sent..<sent + 5]))
                    sent += 5
                    usleep(5000)
                }
                try trickling.send(Array(bytes(2)[sent...]))
                return try trickling.readResponse().status
            }
            #expect(try await client.put(id, 3, bytes(3)).status == 200)
            isServed.open()
            #expect(try await trickled == 200)
            let others = try await onOwnThread {
                for index in 0..<2 { try few[index].send(Array(bytes(index)[(5000 * (1 + index))...])) }
                return try few.map { try $0.readResponse().status }
            }
            #expect(others == [200, 200])
            #expect(try await client.complete(id).status == 200)
            #expect(try folder.read("files/f") == pattern.bytes)
        }
    }

    @Test func aClientThatLeavesFreesItsChunk() async throws {
        try await serving(.data()) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            do {
                let leaving = try await onOwnThread { try client.begin(id, 1, bytes(1), sending: 30_000) }
                withExtendedLifetime(leaving) {}
            }
            #expect(try await client.put(id, 1, bytes(1)).status == 200)
            #expect(try await client.status(id).received == [[1, 1]])
        }
    }
}
