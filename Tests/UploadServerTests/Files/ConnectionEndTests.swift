import Foundation
import Synchronization
import TestSupport
import Testing
import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct ConnectionEndTests {
    private let pattern = PatternFile(seed: 8, size: 50_000_000)

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.data()
        try folder.write(pattern, to: "files/f")
        return folder
    }

    /// Sends a request whose answer nobody reads to its end.
    private func ask(_ port: UInt16, range: String = "bytes=0-") throws -> RawConnection {
        let connection = try RawConnection(port: port)
        try connection.send(Array("GET /files/f HTTP/1.1\r\nHost: localhost\r\nRange: \(range)\r\n\r\n".utf8))
        return connection
    }

    @Test(arguments: [
        FaultPlan.always(.init(stall: 1000), stall: .seconds(3600)), .always(.init(), bytesPerSecond: 20_000),
        .always(.init()),
    ])
    func aClientThatLeavesCostsNothing(plan: FaultPlan) async throws {
        let folder = try folder()
        try await serving(folder, faults: plan) { port in
            do {
                let connection = try ask(port, range: "bytes=0-9999999")
                try await eventually("the file is open") { try openCount(folder.path("files/f")) == 1 }
                withExtendedLifetime(connection) {}
            }
            try await eventually("the file is closed") { try openCount(folder.path("files/f")) == 0 }
        }
    }

    @Test func stopEndsIdleAndBusyConnections() async throws {
        let folder = try folder()
        let connections = Mutex<[RawConnection]>([])
        try await serving(folder) { port in
            let idle = try await onOwnThread {
                let connection = try RawConnection(port: port)
                #expect(try connection.exchange("HEAD", "/files/f").status == 200)
                return connection
            }
            // Nobody reads: the server waits for room in the socket.
            let busy = try ask(port)
            connections.withLock { $0 = [idle, busy] }
            try await eventually("the file is open") { try openCount(folder.path("files/f")) == 1 }
        }
        #expect(try openCount(folder.path("files/f")) == 0)
        #expect(connections.withLock { $0.count } == 2)
    }
}

/// How many descriptors of this process are of that file.
private func openCount(_ path: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) == path
    }
}
