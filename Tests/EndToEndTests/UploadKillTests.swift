import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import TransferCore

/// The promises of uploads, against real processes, a real SIGKILL on either side, and a network that meddles.
extension KillTests {
    /// 256 MiB in 4 MiB chunks; client and server are killed ten times each, and the connections between them are cut,
    /// robbed of answers and made to lie. The file is right, nothing acknowledged is lost, and little is sent twice.
    @Test func survivesKillsOnBothSidesAndABadNetwork() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let source = PatternFile(seed: 77, size: 256 << 20)
        try source.write(to: folder.path("large.bin"))
        let run = try await onOwnThread { try KillRun(folder: folder, program: program) }
        let added = try await program.run([
            "add", "--chunk-size", "4M", folder.path("large.bin"), "http://127.0.0.1:\(run.proxy.port)/",
        ])
        #expect(added.status == 0, "\(added.errors)")

        try await onOwnThread { try run.killBothSides(times: 10) }
        let last = try await onOwnThread { try run.finish() }
        #expect(last == 0)
        #expect(run.clientKills == 10)
        #expect(run.serverKills == 10)
        #expect(run.lost.isEmpty, "acknowledged and not there after a restart: \(run.lost)")

        #expect(try source.firstDifference(fromFileAt: folder.path("data/files/large.bin")) == nil)
        let transfers = try await program.list()
        #expect(transfers.first?["state"] as? String == "completed", "\(transfers)")

        let mischief = run.proxy.mischief
        run.proxy.stop()
        let share = Double(run.proxy.bytesFromClients) / Double(source.size)
        print(
            "10 kills of the client, 10 of the server, \(mischief.count) connections meddled with: "
                + "\(run.proxy.bytesFromClients) bytes sent for \(source.size), \((share * 1000).rounded() / 1000) of the file"
        )
        for kind in 0...2 { #expect(mischief.contains { $0.kind == kind }, "\(mischief)") }
        #expect(share <= 1.25)
    }
}

extension MeddlingProxy.Mischief {
    fileprivate var kind: Int? {
        switch self {
        case .none: nil
        case .cut: 0
        case .dropAnswers: 1
        case .flip: 2
        }
    }
}

/// What has happened to connections so far.
private final class MetMischief: Sendable {
    let proxy = Mutex<MeddlingProxy?>(nil)

    /// The first kind that no connection has met yet.
    var missing: Int? {
        guard let proxy = proxy.withLock({ $0 }) else { return nil }
        let met = Set(proxy.mischief.compactMap(\.kind))
        return (0...2).first { !met.contains($0) }
    }
}

/// Client, proxy and server, and what is known of them.
private final class KillRun: @unchecked Sendable {
    let server: ChunkServerProcess
    let proxy: MeddlingProxy
    private let program: CarryonProgram
    private var client: ChildProcess?
    private var random = SeededRandom(seed: 7)
    private(set) var clientKills = 0
    private(set) var serverKills = 0
    /// Chunks that were acknowledged before a kill and not there after it.
    private(set) var lost: [Int] = []

    init(folder: TemporaryFolder, program: CarryonProgram) throws {
        self.program = program
        server = try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log"))
        // Answers are late, as over a long line: most of the time chunks are on their way or waiting for their answer.
        let met = MetMischief()
        proxy = try MeddlingProxy(to: server.port, answerDelay: .milliseconds(300)) { number in
            // The first chunk of a connection is met, never the head of a request: nobody could notice that.
            let offset = (64 << 10) + number * 7919 % (3 << 20)
            // Many connections end before that. From some time on those that are left get what nobody has met yet.
            let kind = number % 11 % 3 == 2 ? number % 11 / 3 : number > 22 ? met.missing : nil
            return switch kind {
            case 0: .cut(at: offset)
            case 1: .dropAnswers(from: offset)
            case 2: .flip(at: offset)
            default: .none
            }
        }
        met.proxy.withLock { $0 = proxy }
    }

    func killBothSides(times: Int) throws {
        client = try program.start(["run", "--until-idle"])
        for turn in 0..<(2 * times) {
            // The moment is random; whatever both are doing then is what is being tested.
            usleep(UInt32.random(in: 60_000...360_000, using: &random))
            if turn.isMultiple(of: 2) { try killClient() } else { try killServer() }
        }
    }

    private func killClient() throws {
        guard let client, client.isRunning else { return }
        client.stop(SIGKILL)
        clientKills += 1
        self.client = try program.start(["run", "--until-idle"])
    }

    private func killServer() throws {
        let acknowledged = acknowledgedChunks
        server.kill()
        serverKills += 1
        try server.start()
        for (upload, chunks) in acknowledged {
            lost += chunks.subtracting(try server.receivedChunks(of: upload))
        }
    }

    /// Lets everything come to its end.
    func finish() throws -> Int32 {
        guard let client else { return -1 }
        try eventuallyBlocking("the upload ends") { !client.isRunning }
        return client.exitCode ?? -1
    }

    /// Whatever the server answered 200, whether or not the client got it.
    private var acknowledgedChunks: [String: IndexSet] {
        var uploads: [String: IndexSet] = [:]
        let answers = proxy.answers
        let ids = answers.flatMap { $0.matches(of: /"uploadId":"([0-9a-f]{32})"/).map { String($0.1) } }
        guard let id = ids.first else { return [:] }
        for answer in answers {
            for match in answer.matches(of: /\{"checksum":"[0-9a-f]{64}","index":([0-9]+)/) {
                uploads[id, default: []].insert(Int(match.1) ?? -1)
            }
        }
        return uploads
    }
}
