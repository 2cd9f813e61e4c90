import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore

/// One upload to an object store whose processes are killed: they, what is between them, and what was done to them.
final class StoreKillRun: @unchecked Sendable {
    private static let size: Int64 = 512 << 20
    let bucket: String
    /// Before the store.
    let proxy: MeddlingProxy
    /// Signs addresses for the client, where there is one.
    let server: ChunkServerProcess?
    private let folder: TemporaryFolder
    private let program: CarryonProgram
    private let store: SeaweedFS
    private let clientEnvironment: [String: String]
    private var source: String { folder.path("large.bin") }
    /// The SHA-256 of the source.
    private var digest = ""
    private var client: ChildProcess?
    private var random = SeededRandom(seed: 11)
    private(set) var clientKills = 0
    private(set) var serverKills = 0

    /// - Parameter prefix: Of the keys that a chunk server signs addresses for; without one there is no server, and the
    ///   client has the keys of the store instead.
    init(serving prefix: String? = nil) async throws {
        let folder = try TemporaryFolder()
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        // Answers are late, as over a long line: most of the time chunks are on their way or waiting for their answer.
        let proxy = try MeddlingProxy(to: store.port, answerDelay: .milliseconds(300))
        let environment = store.environment.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(proxy.port)"]) { $1 }
        if let prefix {
            server = try await onOwnThread {
                UncheckedBox(
                    try ChunkServerProcess(
                        data: folder.path("data"), log: folder.path("server.log"),
                        options: ["--s3", "s3://\(bucket)/\(prefix)"], environment: environment))
            }.value
        } else {
            server = nil
        }
        clientEnvironment = server == nil ? environment : [:]
        program = CarryonProgram(in: folder)
        (self.folder, self.store, self.bucket, self.proxy) = (folder, store, bucket, proxy)
    }

    /// Uploads `large.bin` and kills every process so many times meanwhile; then everything comes to its end.
    func upload(to address: String, kills: Int) async throws {
        try await onOwnThread { try self.makeSource() }
        let added = try await program.run(["add", source, address], environment: clientEnvironment)
        #expect(added.status == 0, "\(added.errors)")
        try await onOwnThread { try self.kill(times: kills) }
        #expect(try await onOwnThread { try self.finish() } == 0)
    }

    private func makeSource() throws {
        try PatternFile(seed: 99, size: Self.size).write(to: source)
        // Half a gigabyte is too much for code that was not optimised.
        let log = folder.path("digest")
        _ = try ChildProcess("/usr/bin/sha256sum", [source], log: log).waitForEnd()
        digest = String(try String(contentsOfFile: log, encoding: .utf8).prefix(64))
    }

    private func kill(times: Int) throws {
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
        try program.start(["run", "--until-idle"], environment: clientEnvironment)
    }

    private func finish() throws -> Int32 {
        guard let client else { return -1 }
        try eventuallyBlocking("the upload ends", timeout: .seconds(120)) { !client.isRunning }
        return client.exitCode ?? -1
    }

    /// The object is right, says another client, nothing unfinished is left, and little was sent twice.
    func expectWhole(key: String) async throws {
        let transfers = try await program.list()
        #expect(transfers.first?["state"] as? String == "completed", "\(transfers)")
        let oracle = S3Oracle(store)
        let found = try await oracle.digest(of: key, in: bucket)
        #expect(found.size == Self.size && found.sha256 == digest)
        #expect(try await oracle.keys(in: bucket) == [key])
        #expect(try await oracle.unfinishedUploads(in: bucket).isEmpty)
        let sent = proxy.bytesFromClients
        let share = Double(sent) / Double(Self.size)
        print(
            "\(clientKills) kills of the client, \(serverKills) of the server: \(sent) bytes sent for \(Self.size), "
                + "\((share * 1000).rounded() / 1000) of the file")
        #expect(share <= 1.25)
    }
}
