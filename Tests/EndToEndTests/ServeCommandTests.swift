import Foundation
import Glibc
import TestSupport
import Testing

/// `carryon serve` as the one who runs it meets it.
@Suite(.timeLimit(.minutes(5))) struct ServeCommandTests {
    @Test(arguments: [":7299", "0.0.0.0:7299", "192.0.2.1:7299"])
    func refusesOtherMachinesWithoutTokens(address: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await CarryonProgram(in: folder).run(
            ["serve", "--listen", address, "--data", folder.path("data")])
        #expect(result.status == 1)
        #expect(
            result.errors
                == "carryon: \(address) can be reached from other machines: give a token file, or listen on 127.0.0.1\n"
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path("data")))
    }

    @Test(arguments: [
        (["--tls-cert", "chain.pem"], 2, "--tls-cert and --tls-key belong together"),
        (["--memory", "5"], 2, "--memory takes a number of bytes, 1M or more, not 5"),
        (["--expire-after", "0"], 2, "--expire-after takes 1 to 36500 days"),
        (["--token-file", "/nowhere"], 1, "cannot read the token file /nowhere: No such file or directory"),
        (["--listen", "here"], 1, "'here' has no port: write HOST:PORT, for example 127.0.0.1:7270"),
        (["--data", "/nowhere/data"], 1, "cannot create the data folder /nowhere/data: No such file or directory"),
    ])
    func oneLineSaysWhyItDoesNotStart(arguments: [String], status: Int32, sentence: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await CarryonProgram(in: folder).run(["serve"] + arguments)
        #expect(result.status == status)
        #expect(result.errors == "carryon: \(sentence)\n")
    }

    @Test func folderAndPortBelongToOneServer() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let first = try await onOwnThread { try Self.server(in: folder) }
        let data = folder.path("data")
        let sameFolder = try await program.run(["serve", "--listen", "127.0.0.1:0", "--data", data])
        #expect(sameFolder.status == 1)
        #expect(
            sameFolder.errors
                == "carryon: another server is using \(data): end it first, or name another folder\n")
        let listen = "127.0.0.1:\(first.value.port)"
        let samePort = try await program.run(["serve", "--listen", listen, "--data", folder.path("other")])
        #expect(samePort.status == 1)
        #expect(samePort.errors == "carryon: cannot listen on \(listen): Address already in use\n")
        _ = try await onOwnThread { first.value.terminate() }
    }

    /// Without options, in a home where nothing of it was ever run.
    @Test func theUsualDataFolderIsMade() async throws {
        let folder = try TemporaryFolder()
        let process = try CarryonProgram(in: folder).start(["serve", "--listen", "127.0.0.1:0"])
        try await eventually("the data folder is there") {
            FileManager.default.fileExists(atPath: folder.path(".local/share/carryon/server/uploads"))
        }
        process.signal(SIGTERM)
        _ = try await onOwnThread { process.waitForEnd() }
        #expect(process.exitCode == 0)
    }

    @Test func aRunningChunkIsTakenBeforeItEnds() async throws {
        let folder = try TemporaryFolder()
        try await onOwnThread {
            let server = try Self.server(in: folder).value
            let bytes = PatternFile(seed: 9, size: 300_000).bytes
            let id = try Self.register(server.port, size: bytes.count)
            let digest = SHA256.hash(bytes).map { String(format: "%02x", $0) }.joined()
            let running = try RawConnection(port: server.port)
            let fields = ["Host: localhost", "Content-Length: \(bytes.count)", "X-Chunk-Checksum: \(digest)"]
            let head = ["PUT /uploads/\(id)/chunks/0 HTTP/1.1"] + fields + ["Expect: 100-continue", "\r\n"]
            try running.send(Array(head.joined(separator: "\r\n").utf8))
            // Now the server has begun with it.
            #expect(try running.readResponse(hasBody: false).status == 100)
            try running.send(Array(bytes[..<100_000]))
            let log = { (try? String(contentsOfFile: server.log, encoding: .utf8)) ?? "" }
            server.signal(SIGTERM)
            try eventuallyBlocking("nobody listens; \(log())") { (try? RawConnection(port: server.port)) == nil }
            try running.send(Array(bytes[100_000...]))
            #expect(try running.readResponse().status == 200)
            #expect(server.waitForEnd() == 0)
            #expect(log().contains("carryon serve: stopping"))

            // What it acknowledged last is there.
            try server.start()
            #expect(try server.receivedChunks(of: id) == IndexSet(integer: 0))
            #expect(server.terminate() == 0)
        }
    }

    // MARK: Parts of the above

    private static func server(in folder: TemporaryFolder) throws -> UncheckedBox<ChunkServerProcess> {
        UncheckedBox(try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log")))
    }

    private static func register(_ port: UInt16, size: Int) throws -> String {
        let body = #"{"name":"f","size":\#(size)}"#
        let connection = try RawConnection(port: port)
        try connection.send(
            Array("POST /uploads HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        )
        let answer = try connection.readResponse()
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return json?["uploadId"] as? String ?? ""
    }
}
