import Foundation
import TestSupport
import Testing

/// The commands of the README's section on the protocol, as they stand there but for the port.
@Suite struct ReadmeProtocolTests {
    @Test func theCommandsDoWhatTheirCommentsSay() async throws {
        let folder = try TemporaryFolder()
        let server = try await onOwnThread {
            UncheckedBox(try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log")))
        }
        let script = try Self.commands(of: "The protocol, by hand")
            .replacing("127.0.0.1:7270", with: "127.0.0.1:\(server.value.port)")
        try "set -eu -o pipefail\ncd '\(folder.path)'\n\(script)".write(
            toFile: folder.path("commands"), atomically: true, encoding: .utf8)
        let status = try await onOwnThread {
            try ChildProcess("/bin/bash", [folder.path("commands")], log: folder.path("output")).waitForEnd()
        }
        let output = try String(contentsOfFile: folder.path("output"), encoding: .utf8)
        #expect(status == 0, "\(output)")

        var rest = output[...]
        for expected in [
            #""status":"in_progress""#, #""index":0"#, #""nextExpectedChunk":1"#, #""receivedChunks":[[0,0]]"#,
            "urn:carryon:problem:checksum-mismatch", "urn:carryon:problem:incomplete", #""index":1"#,
            #""status":"complete""#, "206", "412",
        ] {
            let place = rest.range(of: expected)
            #expect(place != nil, "\(expected) is not in what comes after: \(output)")
            if let place { rest = rest[place.upperBound...] }
        }
        #expect(output.contains(#""missingChunks":[[1,1]]"#))
        #expect(
            try Data(contentsOf: URL(filePath: folder.path("data/files/big.bin")))
                == Data(contentsOf: URL(filePath: folder.path("big.bin"))))
        _ = try await onOwnThread { server.value.terminate() }
    }

    /// The shell blocks below a heading of the README.
    private static func commands(of heading: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(readme.range(of: "### \(heading)\n")).upperBound
        let section = readme[start...].prefix(upTo: readme[start...].range(of: "\n## ")?.lowerBound ?? readme.endIndex)
        let blocks = section.components(separatedBy: "```sh\n").dropFirst()
        let commands = blocks.compactMap { $0.components(separatedBy: "\n```").first }
        try #require(!commands.isEmpty)
        return commands.joined(separator: "\n")
    }
}

/// Hands something that one thread after another uses to the next one.
struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
