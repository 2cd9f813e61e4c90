import Foundation
import Glibc
import TestSupport
import Testing

/// An idle program costs nothing: no thread of it wakes up.
@Suite struct IdleTests {
    @Test func drainedQueueCausesNoWakeups() async throws {
        let server = FaultyServer([ServedFile("/f.bin", .pattern(PatternFile(seed: 1, size: 100_000)))])
        try server.start()
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        _ = try await program.run(["add", server.url("/f.bin"), "./"])
        let process = try program.start(["run"])
        defer { process.stop(SIGKILL) }
        try await eventually("the file is there") { FileManager.default.fileExists(atPath: folder.path("f.bin")) }
        try await expectSilence(of: process.id)
    }

    /// Waits until no thread has been scheduled for two seconds; gives up after a minute.
    private func expectSilence(of id: pid_t) async throws {
        var last = try Self.switches(of: id)
        for _ in 0..<30 {
            // Not a wait for something to happen: the span over which nothing may.
            try await Task.sleep(for: .seconds(2))
            let now = try Self.switches(of: id)
            if now == last { return }
            last = now
        }
        Issue.record("threads keep waking up: \(last)")
    }

    /// How often each thread gave up the processor to wait, by name and number.
    private static func switches(of id: pid_t) throws -> [String: String] {
        var counts: [String: String] = [:]
        for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task") {
            let status = try String(contentsOfFile: "/proc/\(id)/task/\(thread)/status", encoding: .utf8)
            let lines = status.split(separator: "\n").filter { $0.contains("voluntary_ctxt_switches") }
            counts[thread] = lines.joined(separator: " ")
        }
        return counts
    }
}
