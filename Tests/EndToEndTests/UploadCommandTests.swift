import Foundation
import Glibc
import TestSupport
import Testing

/// Uploads from the command line to `carryon serve`: what is printed, what arrives, how it ends.
@Suite(.timeLimit(.minutes(5))) struct UploadCommandTests {
    private static let file = PatternFile(seed: 15, size: 9_000_001)

    /// Runs `body` with a server and a client that have a folder together.
    private func withServer(
        _ options: [String] = [],
        _ body: (_ url: String, TemporaryFolder, CarryonProgram) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let server = try await onOwnThread {
            UncheckedBox(
                try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log"), options: options))
        }
        try await body(server.value.url("/"), folder, CarryonProgram(in: folder))
        _ = try await onOwnThread { server.value.terminate() }
    }

    @Test func aCopyArrivesAndItsNameIsTakenAfterwards() async throws {
        try await withServer { url, folder, program in
            try folder.write(Self.file, to: "f.bin")
            let result = try await program.run(["cp", "f.bin", url])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("1 f.bin: complete, "))
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("data/files/f.bin")) == nil)

            let again = try await program.run(["cp", "f.bin", url])
            #expect(again.status == 1)
            #expect(again.errors.contains("f.bin: the server has "))
            #expect(again.errors.contains("under another name"))
            let other = try await program.run(["cp", "f.bin", url + "another"])
            #expect(other.status == 0, "\(other.errors)")
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("data/files/another")) == nil)
        }
    }

    /// Names that mean something in a URL, in a path, or to nobody.
    private static let oddNames = [
        "a b", "ümlaut-é", "日本語", "#1", "100%", "50%25", "what?", "semi;colon&co=1", "q\"uote", ".hidden",
        "deep/er/file", "files/files", "empty", "+plus",
    ]

    @Test func aFolderArrivesWithAllItsNames() async throws {
        try await withServer { url, folder, program in
            for (index, name) in Self.oddNames.enumerated() {
                let folders = name.split(separator: "/").dropLast().joined(separator: "/")
                try folder.makeFolder("tree/" + folders)
                try folder.write(PatternFile(seed: UInt64(index), size: name == "empty" ? 0 : 1000), to: "tree/" + name)
            }
            try folder.makeFolder("elsewhere")
            try folder.write(Self.file, to: "elsewhere/target")
            let links = [("link", "../elsewhere/target"), ("folder-link", "../elsewhere"), ("dangling", "nothing")]
            for (name, target) in links { #expect(symlink(target, folder.path("tree/" + name)) == 0) }

            // One that is not UTF-8, and one that no server takes.
            for name in [[0x63, 0x61, 0x66, 0xE9, 0], [0x61, 0x07, 0x62, 0]] as [[UInt8]] {
                let path = Array((folder.path("tree") + "/").utf8) + name
                close(
                    path.withUnsafeBytes { open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT, 0o600) })
            }

            let added = try await program.run(["add", "tree", url + "in"])
            #expect(added.status == 1, "not everything is sent: \(added.errors)")
            let count = Self.oddNames.count + 1
            #expect(added.output == (1...count).map { "\($0)\n" }.joined())
            // What does not go along is named.
            #expect(added.errors.split(separator: "\n").count == 4)
            #expect(added.errors.contains("not sent: \(folder.path("tree/dangling")): not a plain file"))
            #expect(added.errors.contains("not sent: \(folder.path("tree/folder-link")): not a plain file"))
            #expect(added.errors.contains("its name is not UTF-8"))
            #expect(added.errors.contains("control character"), "\(added.errors)")

            let run = try await program.run(["run", "--until-idle"])
            #expect(run.status == 0, "\(run.errors)")
            for (index, name) in Self.oddNames.enumerated() {
                let source = PatternFile(seed: UInt64(index), size: name == "empty" ? 0 : 1000)
                let arrived = folder.path("data/files/in/" + name)
                #expect(try source.firstDifference(fromFileAt: arrived) == nil, "\(name)")
            }
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("data/files/in/link")) == nil)
        }
    }

    @Test func theDigestOfTheWholeFileIsCompared() async throws {
        try await withServer { url, folder, program in
            try folder.write(Array("content\n".utf8), to: "f")
            let right = SHA256.hash(Array("content\n".utf8)).map { String(format: "%02x", $0) }.joined()
            let wrong = String(repeating: "0", count: 64)
            let refused = try await program.run(["cp", "--sha256", wrong, "f", url])
            #expect(refused.status == 1)
            #expect(refused.errors.contains("--sha256"))
            #expect(try await program.list().isEmpty, "nothing of a wrong file is sent")

            // It may still become another file before its turn comes.
            #expect(try await program.run(["add", "--sha256", right, "f", url]).status == 0)
            try unnoticed("f", in: folder) { try folder.write(Array("CONTENT\n".utf8), to: "f") }
            #expect(try await program.run(["run", "--until-idle"]).status == 1)
            let transfer = try #require(try await program.list().first)
            #expect(transfer["state"] as? String == "paused")
            #expect((transfer["error"] as? [String: Any])?["code"] as? String == "upload-mismatch")
            #expect(!FileManager.default.fileExists(atPath: folder.path("data/files/f")))

            try folder.write(Array("content\n".utf8), to: "f")
            let taken = try await program.run(["cp", "--sha256", right.uppercased(), "f", url])
            #expect(taken.status == 0, "\(taken.errors)")
            #expect(try await program.list().last?["sha256"] as? String == right)
        }
    }

    /// Whatever the new content is, nobody has compared it.
    @Test func aFileThatHasChangedSinceItsDigestWasComparedIsNotSent() async throws {
        try await withServer { url, folder, program in
            try folder.write(Array("content\n".utf8), to: "f")
            let digest = SHA256.hash(Array("content\n".utf8)).map { String(format: "%02x", $0) }.joined()
            #expect(try await program.run(["add", "--sha256", digest, "f", url]).status == 0)
            try folder.write(Array("something else\n".utf8), to: "f")
            for arguments in [["run", "--until-idle"], ["retry", "1"], ["run", "--until-idle"]] {
                _ = try await program.run(arguments)
            }
            let transfer = try #require(try await program.list().first)
            #expect(transfer["state"] as? String == "paused")
            #expect((transfer["error"] as? [String: Any])?["code"] as? String == "digest-outdated")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("data/uploads")).isEmpty)
        }
    }

    /// Changes a file in a way that its identity does not show: same size, same time.
    private func unnoticed(_ name: String, in folder: TemporaryFolder, _ change: () throws -> Void) throws {
        var status = stat()
        try #require(stat(folder.path(name), &status) == 0)
        try change()
        let times = [status.st_atim, status.st_mtim]
        try #require(utimensat(AT_FDCWD, folder.path(name), times, 0) == 0)
    }

    @Test func tokensAreAskedForAndGoAlong() async throws {
        let tokens = try TemporaryFolder()
        let token = "0123456789abcdef"
        let path = try tokens.write(Array("# who may\nalice \(token)\n".utf8), to: "tokens")
        try await withServer(["--token-file", path]) { url, folder, program in
            try folder.write([1, 2, 3], to: "f")
            let refused = try await program.run(["cp", "f", url])
            #expect(refused.status == 1)
            #expect(refused.errors.contains("401"))
            #expect(refused.errors.contains("check the address and its credentials (--header"))
            #expect(try await program.list().first?["state"] as? String == "paused")
            let taken = try await program.run(["cp", "--header", "Authorization: Bearer \(token)", "f", url])
            #expect(taken.status == 0, "\(taken.errors)")
            #expect(try folder.read("data/owners/alice/f") == [1, 2, 3])
            let shown = try await program.run(["show", "--json", "2"])
            #expect(!(refused.errors + taken.errors + shown.output).contains(token))
        }
    }

    @Test func whatScriptsSeeOfAnUpload() async throws {
        try await withServer { url, folder, program in
            try folder.write(Self.file, to: "f.bin")
            _ = try await program.run(["cp", "--chunk-size", "4M", "f.bin", url])
            let transfer = try #require(try await program.list().first)
            #expect(transfer["direction"] as? String == "upload")
            #expect(transfer["source"] as? String == folder.path("f.bin"))
            #expect(transfer["destination"] as? String == url + "files/f.bin")
            #expect(transfer["state"] as? String == "completed")
            #expect(transfer["bytesTotal"] as? Int64 == Self.file.size)
            #expect(transfer["bytesDone"] as? Int64 == Self.file.size)
            #expect(transfer["chunksTotal"] as? Int == 3)
            #expect(transfer["chunksDone"] as? Int == 3)
            #expect(transfer["error"] is NSNull)

            let output = try await program.run(["show", "--json", "1"]).output
            let shown = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
            #expect(shown["chunkSize"] as? Int == 4 << 20)
            #expect(shown["isResumable"] as? Bool == true)
            #expect((shown["address"] as? String)?.hasPrefix(url + "uploads/") == true)
            let chunks = try #require(shown["chunks"] as? [[String: Any]])
            #expect(chunks.map { $0["index"] as? Int } == [0, 1, 2])
            #expect(chunks.allSatisfy { $0["done"] as? Bool == true })
            // The proof of each is the digest of its bytes.
            let last = Self.file.bytes((8 << 20)..<Self.file.size)
            let digest = SHA256.hash(last).map { String(format: "%02x", $0) }.joined()
            #expect(chunks.last?["receipt"] as? String == digest)
        }
    }

    @Test func removalWithDataReachesTheServer() async throws {
        try await withServer { url, folder, program in
            try await leaveIncomplete("f.bin", at: url, folder, program)
            #expect(try folder.names().contains("f.bin"))
            let removed = try await program.run(["remove", "--with-data", "1"])
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("data/uploads")).isEmpty)
            #expect(try Self.file.firstDifference(fromFileAt: folder.path("f.bin")) == nil)
            #expect(try await program.list().isEmpty)
        }
    }

    /// Uploads a file that became another one after its digest was compared: all chunks are there, and it is not complete.
    private func leaveIncomplete(
        _ name: String, at url: String, _ folder: TemporaryFolder, _ program: CarryonProgram
    ) async throws {
        let other = PatternFile(seed: 1234, size: Self.file.size)
        try folder.write(other, to: name)
        let digest = SHA256.hash(other.bytes).map { String(format: "%02x", $0) }.joined()
        #expect(try await program.run(["add", "--sha256", digest, name, url]).status == 0)
        try unnoticed(name, in: folder) { try folder.write(Self.file, to: name) }
        #expect(try await program.run(["run", "--until-idle"]).status == 1)
    }

    /// The local part of a removal is not kept waiting, but nobody is left to believe that the server knows.
    @Test func removalWithDataSaysThatTheServerWasNotReached() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let server = try await onOwnThread {
            UncheckedBox(try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log")))
        }
        try await leaveIncomplete("f.bin", at: server.value.url("/"), folder, program)
        _ = try await onOwnThread { server.value.terminate() }
        let removed = try await program.run(["remove", "--with-data", "1"])
        #expect(removed.errors.contains("the server keeps what it has until that expires"), "\(removed.errors)")
        #expect(try await program.list().isEmpty)
    }
}
