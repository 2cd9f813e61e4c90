import TestSupport
import Testing
import TransferCore
import TransferEngine

/// A real chunk server that says no: the upload pauses or fails with a sentence that tells what to do.
@Suite(.timeLimit(.minutes(5))) struct ServerRefusalTests {
    private static let token = "0123456789abcdef0123"

    private func send(
        to server: ChunkServerBench, headers: [HeaderField] = []
    ) async throws -> TransferSnapshot {
        let bench = try EngineBench.patient()
        try bench.folder.write(PatternFile(seed: 81, size: 200_000), to: "f")
        var options = EngineBench.quickOptions
        options.headers = headers
        let wished = options
        return try await server.run { try bench.send("f", to: "http://127.0.0.1:\($0)/", options: wished) }
    }

    private func serverWithTokens() throws -> ChunkServerBench {
        var server = try ChunkServerBench()
        server.tokenFile = try server.data.write(Array("alice \(Self.token)\n".utf8), to: "tokens")
        return server
    }

    @Test(arguments: [nil, "Bearer another-token-of-some-length"])
    func withoutTheRightTokenItPauses(credentials: String?) async throws {
        let result = try await send(
            to: serverWithTokens(), headers: credentials.map { [HeaderField("Authorization", $0)] } ?? [])
        #expect(result.state == .paused)
        #expect(result.error?.code == .unauthorized)
        #expect(result.error?.code.remedy?.contains("--header") == true)
        #expect(result.retries <= 1)
    }

    @Test func withTheRightTokenItIsItsOwners() async throws {
        let server = try serverWithTokens()
        let result = try await send(to: server, headers: [HeaderField("Authorization", "Bearer \(Self.token)")])
        #expect(result.state == .completed)
        #expect(try server.data.read("owners/alice/f").count == 200_000)
    }

    @Test func aNameThatIsTakenStaysWhoseItIs() async throws {
        let server = try ChunkServerBench()
        try server.data.makeFolder("files")
        try server.data.write(Array("another".utf8), to: "files/f")
        let result = try await send(to: server)
        #expect(result.state == .paused)
        #expect(result.error?.code == .remoteNameTaken)
        #expect(result.error?.code.remedy?.contains("under another name") == true)
        #expect(try server.data.read("files/f") == Array("another".utf8))
    }

    @Test func aServerWithoutRoomPausesIt() async throws {
        var server = try ChunkServerBench()
        server.settings.reserve = .max
        let result = try await send(to: server)
        #expect(result.state == .paused)
        #expect(result.error?.code == .remoteFull)
        #expect(result.error?.code.remedy?.contains("space on the server") == true)
    }

    @Test func aFileThatIsTooLargeFails() async throws {
        var server = try ChunkServerBench()
        server.settings.largestFile = 100_000
        let result = try await send(to: server)
        #expect(result.state == .failed)
        #expect(result.error?.code == .tooLarge)
        #expect(result.error?.detail.description.contains("200000 bytes") == true)
    }

    @Test func aWrongDigestOfTheWholeFilePausesAndLeavesNoFile() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench())
        try bench.folder.write(PatternFile(seed: 81, size: 200_000), to: "f")
        var options = EngineBench.quickOptions
        options.sha256 = String(repeating: "0", count: 64)
        let wished = options
        let result = try await server.run { try bench.send("f", to: "http://127.0.0.1:\($0)/", options: wished) }
        #expect(result.state == .paused)
        #expect(result.error?.code == .uploadMismatch)
        #expect(try !server.data.names().contains("files") || server.data.read(folder: "files").isEmpty)
    }
}
