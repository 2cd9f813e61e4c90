import Foundation
import Glibc
import TestSupport
import Testing

/// What `carryon serve` needs in memory does not depend on the size of files.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServeMemoryTests {
    /// In MiB.
    private static let limit = 100

    /// 512 MiB to a client that reads slower than the disk.
    @Test func readingSlowly() async throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("data/files")
        let size: Int64 = 512 << 20
        // A file of holes costs no disk.
        let file = open(folder.path("data/files/large"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        #expect(ftruncate(file, off_t(size)) == 0)
        close(file)
        try await onOwnThread {
            let server = try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log"))
            var sinceRest = 0
            let answer = try RawConnection(port: server.port).exchange(
                "GET", "/files/large", [("Connection", "close")]
            ) { bytes in
                sinceRest += bytes.count
                guard sinceRest > 8 << 20 else { return }
                sinceRest = 0
                // The rests in which a server without back-pressure would run ahead.
                usleep(5000)
            }
            #expect(answer.bodyCount == size)
            #expect(try Self.peak(of: server) < Self.limit)
            #expect(server.terminate() == 0)
        }
    }

    /// 256 MiB in chunks larger than any buffer, over eight connections.
    @Test func takingIn() async throws {
        let folder = try TemporaryFolder()
        let source = PatternFile(seed: 16, size: 256 << 20)
        try source.write(to: folder.path("large"))
        let server = try await onOwnThread {
            UncheckedBox(try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log")))
        }
        let result = try await CarryonProgram(in: folder).run(
            ["cp", "--connections", "8", "--chunk-size", "32M", "large", server.value.url("/")])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Self.peak(of: server.value) < Self.limit)
        #expect(try source.firstDifference(fromFileAt: folder.path("data/files/large")) == nil)
        _ = try await onOwnThread { server.value.terminate() }
    }

    /// The most that was ever resident, in MiB.
    private static func peak(of server: ChunkServerProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(server.processID ?? 0)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        let kibibytes = line.split(separator: " ").compactMap { Int($0) }.first
        let peak = try #require(kibibytes) >> 10
        print("peak memory of the server: \(peak) MiB")
        return peak
    }
}
