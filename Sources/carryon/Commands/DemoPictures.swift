import Foundation
import TerminalUI
import ThemeFiles
import TransferCore

/// Pictures of the demo for the README: frames of one moment of a real run, in several themes.
struct DemoPictures {
    /// Where they go, as `SCENE-THEME.svg`.
    let folder: String

    private static let themes = ["catppuccin-mocha", "gruvbox-dark", "catppuccin-latte"]
    private static let size = Size(columns: 100, rows: 30)
    private static let scenes: [(name: String, keys: [Key], title: Label)] = [
        ("queue", [], "The queue of carryon: five transfers, their chunks and the last events"),
        ("transfer", [.enter], "One transfer in carryon: a grid of its chunks with every retry in its place"),
    ]

    /// Waits until there is something to see, and draws it.
    func draw(_ engine: any EngineClient) throws {
        let waiter = EngineWaiter(engine)
        let beginning = waiter.wait { !$0.transfers.isEmpty }
        engine.send(.watch(beginning.transfers[0].id))
        let moment = waiter.wait { Self.isWorthSeeing($0) || Self.isOver($0) }
        guard !Self.isOver(moment) else { throw Failure("the demo was over before there was anything to see") }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in Self.themes {
            let theme: Theme
            do throws(ThemeProblem) {
                theme = try ThemeCatalog.standard.load(name)
            } catch {
                throw Failure(error.description)
            }
            for scene in Self.scenes {
                var state = AppState(size: Self.size)
                _ = state.update(.snapshot(moment))
                for key in scene.keys { _ = state.update(.key(key)) }
                let frame = render(
                    state, size: Self.size, capabilities: Capabilities(glyphs: .utf8, colors: 1 << 24))
                try Picture.svg(frame, theme: theme, title: scene.title).write(
                    toFile: "\(folder)/\(scene.name)-\(name).svg", atomically: true, encoding: .utf8)
            }
        }
    }

    /// The first transfer is half done, and something has just gone wrong; or it is nearly too late for that.
    private static func isWorthSeeing(_ snapshot: EngineSnapshot) -> Bool {
        guard let first = snapshot.transfers.first, let total = first.bytesTotal, first.bytesDone * 2 >= total,
            snapshot.watched?.inFlight.isEmpty == false
        else { return false }
        return first.chunks.contains { $0.state == .waiting } || first.bytesDone * 10 >= total * 9
    }

    private static func isOver(_ snapshot: EngineSnapshot) -> Bool {
        snapshot.transfers.first?.state.isFinal == true
    }
}
