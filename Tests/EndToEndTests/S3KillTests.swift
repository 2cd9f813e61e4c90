import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore

/// The promises of uploads to an object store, against a real store, real processes and a real SIGKILL.
extension KillTests {
    /// 512 MiB in parts of 8 MiB straight to the store; the client is killed ten times.
    @Test func survivesKillsOnTheWayToAnObjectStore() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let proxy = try StoreKillRun.proxy(to: store.port)
        defer { proxy.stop() }
        var environment = store.environment
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(proxy.port)"
        let run = StoreKillRun(program: program, environment: environment, server: nil)

        let digest = try run.makeSource(folder)
        let added = try await program.run(
            ["add", folder.path("large.bin"), "s3://\(bucket)/"], environment: environment)
        #expect(added.status == 0, "\(added.errors)")
        try await onOwnThread { try run.kill(times: 10) }
        #expect(try await onOwnThread { try run.finish() } == 0)
        #expect(run.clientKills == 10)
        try await run.expectWhole(program, store, bucket, key: "large.bin", digest, sent: proxy.bytesFromClients)
    }

    /// The same through a chunk server that signs addresses: both are killed ten times, and the server sees no bytes.
    @Test func survivesKillsOnTheWayThroughPresignedAddresses() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let proxy = try StoreKillRun.proxy(to: store.port)
        defer { proxy.stop() }
        var environment = store.environment
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(proxy.port)"
        // The client has no keys.
        let run = try await onOwnThread { [environment] in
            try StoreKillRun(
                program: program, environment: [:],
                server: ChunkServerProcess(
                    data: folder.path("data"), log: folder.path("server.log"),
                    options: ["--s3", "s3://\(bucket)/in/"], environment: environment))
        }
        let front = try MeddlingProxy(to: try #require(run.server?.port))
        defer { front.stop() }

        let digest = try run.makeSource(folder)
        let added = try await program.run(["add", folder.path("large.bin"), "http://127.0.0.1:\(front.port)/"])
        #expect(added.status == 0, "\(added.errors)")
        try await onOwnThread { try run.kill(times: 10) }
        #expect(try await onOwnThread { try run.finish() } == 0)
        #expect(run.clientKills == 10 && run.serverKills == 10)
        try await run.expectWhole(program, store, bucket, key: "in/large.bin", digest, sent: proxy.bytesFromClients)
        #expect(front.bytesFromClients < 1 << 20, "of a file of 512 MiB went through the server")
    }
}

/// The processes of one test, and what was done to them.
private final class StoreKillRun: @unchecked Sendable {
    private static let size: Int64 = 512 << 20
    private let program: CarryonProgram
    private let environment: [String: String]
    let server: ChunkServerProcess?
    private var client: ChildProcess?
    private var random = SeededRandom(seed: 11)
    private(set) var clientKills = 0
    private(set) var serverKills = 0

    init(program: CarryonProgram, environment: [String: String], server: ChunkServerProcess?) {
        self.program = program
        self.environment = environment
        self.server = server
    }

    /// Answers are late, as over a long line: most of the time chunks are on their way or waiting for their answer.
    static func proxy(to port: UInt16) throws -> MeddlingProxy {
        try MeddlingProxy(to: port, answerDelay: .milliseconds(300))
    }

    /// Returns the SHA-256 of what is to be sent.
    func makeSource(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("large.bin")
        try PatternFile(seed: 99, size: Self.size).write(to: path)
        // Half a gigabyte is too much for code that was not optimised.
        let log = folder.path("digest")
        _ = try ChildProcess("/usr/bin/sha256sum", [path], log: log).waitForEnd()
        let line = try String(contentsOfFile: log, encoding: .utf8)
        return String(line.prefix(64))
    }

    func kill(times: Int) throws {
        client = try start()
        for _ in 0..<times {
            // The moment is random; whatever is going on then is what is being tested.
            usleep(UInt32.random(in: 150_000...900_000, using: &random))
            if let server {
                server.kill()
                serverKills += 1
                usleep(UInt32.random(in: 0...200_000, using: &random))
                try server.start()
                usleep(UInt32.random(in: 0...200_000, using: &random))
            }
            guard let client, client.isRunning else { return }
            client.stop(SIGKILL)
            clientKills += 1
            self.client = try start()
        }
    }

    private func start() throws -> ChildProcess {
        try program.start(["run", "--until-idle"], environment: environment)
    }

    /// Lets everything come to its end.
    func finish() throws -> Int32 {
        guard let client else { return -1 }
        try eventuallyBlocking("the upload ends", timeout: .seconds(120)) { !client.isRunning }
        return client.exitCode ?? -1
    }

    /// The object is right, says another client, nothing unfinished is left, and little was sent twice.
    func expectWhole(
        _ program: CarryonProgram, _ store: SeaweedFS, _ bucket: String, key: String, _ digest: String, sent: Int64
    ) async throws {
        let transfers = try await program.list()
        #expect(transfers.first?["state"] as? String == "completed", "\(transfers)")
        let oracle = S3Oracle(store)
        let found = try await oracle.digest(of: key, in: bucket)
        #expect(found.size == Self.size && found.sha256 == digest)
        #expect(try await oracle.keys(in: bucket) == [key])
        #expect(try await oracle.unfinishedUploads(in: bucket).isEmpty)
        let share = Double(sent) / Double(Self.size)
        print(
            "\(clientKills) kills of the client, \(serverKills) of the server: \(sent) bytes sent for \(Self.size), "
                + "\((share * 1000).rounded() / 1000) of the file")
        #expect(share <= 1.25)
    }
}
