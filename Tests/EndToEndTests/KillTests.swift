import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore

/// The promise of resuming, against a real server and a real SIGKILL.
@Suite(.serialized) struct KillTests {
    /// 256 MiB at about 60 MB/s, killed twenty times: the file is right, and hardly a byte is sent twice.
    @Test func survivesTwentyKills() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let source = PatternFile(seed: 256, size: 256 << 20)
        let served = try folder.makeFolder("served")
        try source.write(to: served + "/large.bin")
        // Small pieces, because whatever nginx hands to the socket of a dead client counts as sent.
        let nginx = try await onOwnThread {
            try NginxServer(
                root: served,
                options: .init(bytesPerSecond: 60_000_000 / 8, sendfileMaxChunk: 16 << 10))
        }
        defer { nginx.stop() }

        let destination = folder.path("large.bin")
        let added = try await program.run(["add", nginx.url("/large.bin"), destination])
        #expect(added.status == 0, "\(added.errors)")

        var random = SeededRandom(seed: 20)
        var kills = 0
        for _ in 0..<20 {
            let process = try program.start(["run", "--until-idle"])
            // The moment is random; whatever the program is doing then is what is being tested.
            try await Task.sleep(for: .milliseconds(Int.random(in: 60...360, using: &random)))
            if process.isRunning {
                process.signal(SIGKILL)
                kills += 1
            }
            _ = try await onOwnThread { process.waitForEnd() }
        }
        let last = try await program.run(["run", "--until-idle"])
        #expect(last.status == 0, "\(last.errors)")
        #expect(kills == 20)
        #expect(try source.firstDifference(fromFileAt: destination) == nil)
        #expect(!FileManager.default.fileExists(atPath: destination + ".part"))

        let transfers = try await program.list()
        #expect(transfers.first?["state"] as? String == "completed")
        let sent = try nginx.totalBytesSent
        let share = Double(sent) / Double(source.size)
        print("20 kills: \(sent) bytes sent for \(source.size), \((share * 1000).rounded() / 1000) of the file")
        #expect(share <= 1.10)
    }
}
