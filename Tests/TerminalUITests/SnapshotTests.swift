import Foundation
import Testing
import TransferCore

@testable import TerminalUI

/// Frames as they are drawn, compared with files.
///
/// `RECORD_SNAPSHOTS=1` writes the files anew and fails, so that nobody records by mistake.
@Suite struct SnapshotTests {
    struct Scene: Sendable, CustomTestStringConvertible {
        let name: String
        let size: Size
        let glyphs: GlyphSet
        let state: @Sendable (Size) -> AppState

        var testDescription: String { name }
    }

    static let scenes: [Scene] = [Fixtures.wide, Fixtures.standard, Fixtures.small].flatMap { size -> [Scene] in
        let suffix = "\(size.columns)x\(size.rows)"
        func scene(
            _ name: String, glyphs: GlyphSet = .utf8, _ snapshot: EngineSnapshot, keys: [Key] = []
        ) -> Scene {
            Scene(name: "\(name)-\(suffix)", size: size, glyphs: glyphs) {
                Fixtures.state(snapshot, size: $0, keys: keys)
            }
        }
        let empty = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
        let error = Array(repeating: Key.down, count: 5)
        return [
            scene("queue", Fixtures.queue),
            scene("queue-error", Fixtures.queue, keys: error),
            scene("queue-ascii", glyphs: .ascii, Fixtures.queue),
            scene("queue-cp437", glyphs: .cp437, Fixtures.queue),
            scene("empty", empty),
            scene("detail", Fixtures.watched, keys: [.enter, .character("n")]),
            scene("detail-ascii", glyphs: .ascii, Fixtures.watched, keys: [.enter, .character("n")]),
            scene("detail-zoom", Fixtures.huge, keys: [.enter, .character("+"), .character("+")]),
            scene("detail-zoom-ascii", glyphs: .ascii, Fixtures.huge, keys: [.enter, .character("+")]),
            scene("detail-speed", Fixtures.watched, keys: [.enter, .character("m")]),
            scene("detail-speed-ascii", glyphs: .ascii, Fixtures.watched, keys: [.enter, .character("m")]),
            scene("detail-retries", Fixtures.watched, keys: [.enter, .character("m"), .character("m")]),
            scene("detail-latency", Fixtures.watched, keys: [.enter] + Array(repeating: .character("m"), count: 3)),
            scene("inspector", Fixtures.inspected, keys: [.enter, .character("n"), .enter]),
            scene("inspector-ascii", glyphs: .ascii, Fixtures.inspected, keys: [.enter, .character("n"), .enter]),
            scene("inspector-calm", Fixtures.inspected, keys: [.enter, .home, .right, .enter]),
            scene(
                "inspector-upload", Fixtures.acknowledged,
                keys: [.enter, .home, .enter] + Array(repeating: .character("]"), count: 20)),
            scene("sending", Fixtures.sending, keys: [.enter]),
            scene("sending-ascii", glyphs: .ascii, Fixtures.sending, keys: [.enter]),
            scene("sending-queue", Fixtures.sending),
            scene("detail-bars", Fixtures.queue, keys: [.down, .down, .down, .enter]),
            scene("detail-unknown", Fixtures.queue, keys: [.down, .enter]),
            scene("upload", Fixtures.uploading, keys: [.enter]),
            scene("help", Fixtures.queue, keys: [.character("?")]),
            scene("confirm", Fixtures.queue, keys: [.character("d")]),
            scene("confirm-marked", Fixtures.queue, keys: [.control("a"), .character("d")]),
            scene("marked", Fixtures.queue, keys: [.character(" "), .down, .character(" ")]),
            scene("filter", Fixtures.queue, keys: [.character("/"), .character("i"), .character("s")]),
            scene("sort", Fixtures.queue, keys: [.character("s"), .down]),
            scene("palette", Fixtures.queue, keys: [.character(":"), .character("m")]),
            scene("palette-ascii", glyphs: .ascii, Fixtures.queue, keys: [.character(":")]),
            scene("log", Fixtures.queue, keys: [.character("e")]),
            scene("add", Fixtures.queue, keys: [.character("a")] + "https://example.org/a.iso".map(Key.character)),
            scene("add-ascii", glyphs: .ascii, Fixtures.queue, keys: [.character("a"), .enter]),
            scene("confirm-store", Fixtures.storing, keys: [.character("d")]),
        ]
    }

    @Test(arguments: scenes)
    func matchesItsFile(_ scene: Scene) throws {
        let frame = render(
            scene.state(scene.size), size: scene.size, capabilities: Capabilities(glyphs: scene.glyphs))
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(scene.name).txt")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(frame.description.utf8).write(to: file)
            Issue.record("recorded \(scene.name)")
            return
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(frame.description == expected)
    }

    @Test func asciiFramesAreAscii() {
        for scene in Self.scenes where scene.glyphs == .ascii {
            let frame = render(scene.state(scene.size), size: scene.size, capabilities: Capabilities(glyphs: .ascii))
            #expect(frame.description.allSatisfy { $0.isASCII })
        }
    }
}
