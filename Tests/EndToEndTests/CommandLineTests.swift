import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore

/// The command line from outside: what it prints, what it leaves, how it ends.
@Suite struct CommandLineTests {
    private static let file = PatternFile(seed: 5, size: 3_000_000)

    private func withServer(
        _ faults: [Fault] = [], _ body: (FaultyServer, TemporaryFolder, CarryonProgram) async throws -> Void
    ) async throws {
        let server = FaultyServer([ServedFile("/f.bin", .pattern(Self.file))], faults: faults)
        try server.start()
        defer { server.stop() }
        let folder = try TemporaryFolder()
        try await body(server, folder, CarryonProgram(in: folder))
    }

    @Test func copiesAndExitsWithZero() async throws {
        try await withServer { server, folder, program in
            let result = try await program.run(["cp", server.url("/f.bin")])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.isEmpty)
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("f.bin")) == nil)
            // Plain lines where there is no terminal.
            #expect(!result.errors.contains("\u{1B}"))
        }
    }

    @Test func exitsWithOneWhenATransferFails() async throws {
        try await withServer([Fault(.always, .status(404))]) { server, _, program in
            let result = try await program.run(["cp", server.url("/f.bin")])
            #expect(result.status == 1)
            #expect(result.errors.contains("404"))
        }
    }

    @Test func wrongDigestPausesWithARemedy() async throws {
        try await withServer { server, folder, program in
            let wrong = String(repeating: "0", count: 64)
            let result = try await program.run(["cp", "--sha256", wrong, server.url("/f.bin")])
            #expect(result.status == 1)
            #expect(result.errors.contains("SHA-256"))
            let transfer = try #require(try await program.list().first)
            #expect(transfer["state"] as? String == "paused")
            let error = try #require(transfer["error"] as? [String: Any])
            #expect(error["code"] as? String == "digest-mismatch")
            #expect(!FileManager.default.fileExists(atPath: folder.path("f.bin")))
        }
    }

    @Test func listHasEveryPromisedField() async throws {
        try await withServer { server, _, program in
            #expect(try await program.run(["add", server.url("/f.bin"), "./"]).output == "1\n")
            let transfer = try #require(try await program.list().first)
            let fields: Set<String> = [
                "id", "direction", "source", "destination", "state", "bytesTotal", "bytesDone", "chunksTotal",
                "chunksDone", "retries", "error", "explanation", "createdAt", "finishedAt", "sha256",
            ]
            #expect(Set(transfer.keys) == fields)
            #expect(transfer["state"] as? String == "queued")
        }
    }

    @Test func pauseResumeRemove() async throws {
        try await withServer { server, _, program in
            _ = try await program.run(["add", server.url("/f.bin"), "./"])
            #expect(try await program.run(["pause", "1"]).status == 0)
            #expect(try await program.list().first?["state"] as? String == "paused")
            // A paused transfer stays paused.
            #expect(try await program.run(["run", "--until-idle"]).status == 0)
            #expect(server.requests.isEmpty)
            #expect(try await program.run(["resume", "--all"]).status == 0)
            #expect(try await program.run(["run", "--until-idle"]).status == 0)
            #expect(try await program.list().first?["state"] as? String == "completed")
            #expect(try await program.run(["remove", "1"]).status == 0)
            #expect(try await program.list().isEmpty)
        }
    }

    @Test func verifyFetchesOnlyDamagedChunks() async throws {
        try await withServer { server, folder, program in
            _ = try await program.run(["cp", server.url("/f.bin")])
            let path = folder.path("f.bin")
            let handle = try #require(FileHandle(forUpdatingAtPath: path))
            try handle.seek(toOffset: 1_500_000)
            try handle.write(contentsOf: Data("damage".utf8))
            try handle.close()
            let before = server.bodyBytesSent
            let result = try await program.run(["verify", "1"])
            #expect(result.status == 0, "\(result.errors)")
            #expect(try Self.file.firstDifference(fromFileAt: path) == nil)
            // One chunk of 1 MiB.
            #expect(server.bodyBytesSent - before == 1 << 20)
            let again = try await program.run(["verify", "1"])
            #expect(again.output.contains("all 3 chunks match"))
        }
    }

    @Test func verifyNoticesAFileThatGrewOrWent() async throws {
        try await withServer { server, folder, program in
            _ = try await program.run(["cp", server.url("/f.bin")])
            let handle = try #require(FileHandle(forUpdatingAtPath: folder.path("f.bin")))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("more".utf8))
            try handle.close()
            let grown = try await program.run(["verify", "1"])
            #expect(grown.status == 1)
            #expect(grown.output.contains("3000004 bytes now"))
            #expect(FileManager.default.fileExists(atPath: folder.path("f.bin")))
            try FileManager.default.removeItem(atPath: folder.path("f.bin"))
            _ = try await program.run(["retry", "1"])
            #expect(try await program.run(["run", "--until-idle"]).status == 0)
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("f.bin")) == nil)
        }
    }

    @Test func aFinishedFileSurvivesVerifyWithoutAServerAndRemoval() async throws {
        try await withServer { server, folder, program in
            _ = try await program.run(["cp", server.url("/f.bin")])
            let handle = try #require(FileHandle(forUpdatingAtPath: folder.path("f.bin")))
            try handle.write(contentsOf: Data("damage".utf8))
            try handle.close()
            server.setFaults([Fault(.always, .status(404))])
            #expect(try await program.run(["verify", "1"]).status == 1)
            #expect(try await program.run(["remove", "--with-data", "1"]).status == 0)
            // What was finished once is never deleted.
            let names = try folder.names().filter { $0.hasPrefix("f.bin") }
            #expect(names == ["f.bin.part"])
        }
    }

    @Test func aClosedStandardErrorIsNoReasonToStop() async throws {
        try await withServer { server, folder, program in
            let command = "'\(CarryonProgram.path)' cp --state '\(program.state)' '\(server.url("/f.bin"))' 2>&1 | true"
            let log = folder.path("log")
            let status = try await onOwnThread { [path = folder.path] in
                try ChildProcess("/bin/bash", ["-c", "cd '\(path)'; set -o pipefail; \(command)"], log: log)
                    .waitForEnd()
            }
            #expect(status == 0)
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("f.bin")) == nil)
        }
    }

    @Test func manyCommandsAtOnceAllSucceed() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
            for index in 0..<8 {
                group.addTask { try await program.run(["add", "http://127.0.0.1:9/\(index)", "./"]).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 0 })
        #expect(try await program.list().count == 8)
    }

    @Test func secondProcessSaysThatTheFolderIsTaken() async throws {
        // It never comes to its end, however busy this machine is.
        try await withServer([Fault(.always, .stall(after: 0))]) { server, _, program in
            _ = try await program.run(["add", server.url("/f.bin"), "./"])
            let first = try program.start(["run"])
            defer { first.stop(SIGKILL) }
            try await server.waitUntil { !$0.requests.isEmpty }
            let second = try await program.run(["list"])
            #expect(second.status == 1)
            #expect(second.errors.contains("another carryon (process \(first.id))"))
            #expect(second.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func interruptCommitsAndTheNextRunCarriesOn() async throws {
        // Half of it comes and no more, so that the interrupt is never too late.
        let half: Int64 = 1_500_000
        try await withServer([Fault(.always, .silence(from: half))]) { server, folder, program in
            _ = try await program.run(["add", "--connections", "2", server.url("/f.bin"), "./"])
            let first = try program.start(["run"])
            // What the server has sent may still be on its way, and the last bytes wait for those that would follow.
            try await eventually("half of it is written") {
                ((try? Self.file.firstDifference(fromFileAt: folder.path("f.bin.part"))) ?? 0) > 1_400_000
            }
            first.signal(SIGINT)
            _ = try await onOwnThread { first.waitForEnd() }
            #expect(first.exitCode == 130)
            let transfer = try #require(try await program.list().first)
            #expect((transfer["bytesDone"] as? Int ?? 0) > 1_000_000)
            server.setFaults([])
            #expect(try await program.run(["run", "--until-idle"]).status == 0)
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("f.bin")) == nil)
            let explanation = try await program.list().first?["explanation"] as? String
            #expect(explanation?.hasPrefix("ETag unchanged, ") == true)
        }
    }

    @Test(arguments: [
        ["add"], ["add", "not-an-address"], ["add", "ftp://example.org/x"], ["cp", "--connections", "0", "http://a/b"],
        ["cp", "--sha256", "xyz", "http://a/b"], ["cp", "--header", "no colon", "http://a/b"],
        ["cp", "--header", "Range: bytes=0-1", "http://a/b"], ["cp", "http://a/b", "http://a/c", "file"],
        ["pause"], ["pause", "77"], ["show", "77"], ["nonsense"], ["cp", "--chunk-size", "1", "http://a/b"],
    ])
    func nonsenseIsRefusedWithStatusTwo(arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let result = try await CarryonProgram(in: folder).run(arguments)
        #expect(result.status == 2, "\(result)")
        #expect(!result.errors.isEmpty)
    }

    @Test func helpAndVersion() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let help = try await program.run(["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("carryon demo"))
        #expect(try await program.run(["--version"]).output == "0.1.0\n")
    }
}
