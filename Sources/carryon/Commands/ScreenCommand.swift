import ArgumentParser
import CursesTerminal
import Foundation
import Glibc
import TerminalUI
import ThemeFiles
import TransferCore
import TransferEngine

/// `carryon` by itself: the screen.
struct ScreenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen", abstract: "Open the queue on the screen and run it (what carryon does by itself).")

    @OptionGroup var state: StateOption
    @OptionGroup var theme: ThemeOption

    func run() throws {
        try reporting {
            guard Screen.isPossible else { return try withoutTerminal() }
            ScreenLoop.blockSignals()
            Signals.ignoreBrokenPipes()
            let settings = try Settings.load()
            let workplace = try Workplace(state: state.folder)
            let engine = try workplace.engine(settings: settings.engine)
            let ending = try Screen.run(
                engine, host: ScreenActions(engine, settings: settings), keyMap: settings.keyMap,
                theme: theme.name ?? settings.theme, settings: settings.terminal, log: workplace.folder.log)
            engine.stop()
            Screen.sayGoodbye(engine.snapshot())
            if case .signal = ending { throw Exit.interrupted }
        }
    }

    /// The queue runs all the same, and tells of it in plain lines.
    private func withoutTerminal() throws {
        let signals = Signals()
        let settings = try Settings.load()
        theme.complain(of: theme.name ?? settings.theme)
        let workplace = try Workplace(state: state.folder)
        let engine = try workplace.engine(settings: settings.engine)
        try LineRun(engine: engine, signals: signals, only: nil).run(untilIdle: false)
    }
}

/// The screen on top of an engine.
enum Screen {
    /// Whether there is a terminal to draw on.
    static var isPossible: Bool {
        isatty(STDOUT_FILENO) == 1 && isatty(STDIN_FILENO) == 1
    }

    /// Runs the screen until the user leaves it. Signals must be blocked before.
    ///
    /// - Parameters:
    ///   - theme: The name of a theme; `nil` is the one that needs no file.
    ///   - log: Where words on standard error go meanwhile, since they would spoil the picture.
    static func run(
        _ client: any EngineClient, host: (any ScreenHost)? = nil, keyMap: KeyMap = .standard,
        theme: String? = nil, settings: TerminalSettings, log: String
    ) throws -> ScreenLoop.Ending {
        let terminal: CursesTerminal
        do {
            terminal = try CursesTerminal()
        } catch {
            throw Failure("\(error); `carryon run` works without a screen")
        }
        let diagnostics = redirectDiagnostics(to: log)
        defer { restoreDiagnostics(diagnostics) }
        let clock = SystemClock()
        let loop = ScreenLoop(
            terminal: terminal, client: client, host: host, keyMap: keyMap, themes: ThemeCatalog.standard,
            theme: theme ?? Theme.terminalName, settings: settings, utcOffset: TimeZone.current.secondsFromGMT(),
            now: { clock.now() })
        let ending = loop.run()
        terminal.restore()
        return ending
    }

    /// What is left behind on the terminal: what was done, and what goes on next time.
    static func sayGoodbye(_ snapshot: EngineSnapshot) {
        let unfinished = snapshot.transfers.filter { !$0.state.isFinal }
        guard !unfinished.isEmpty else { return }
        let paused = unfinished.filter { $0.state == .paused }.count
        let going = unfinished.count - paused
        var parts: [String] = []
        if going > 0 { parts.append("\(going) to carry on at the next start") }
        if paused > 0 { parts.append("\(paused) paused") }
        print("carryon: " + parts.joined(separator: ", "))
    }

    private static func redirectDiagnostics(to path: String) -> Int32 {
        let saved = dup(STDERR_FILENO)
        let log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if log >= 0 {
            dup2(log, STDERR_FILENO)
            close(log)
        }
        return saved
    }

    private static func restoreDiagnostics(_ saved: Int32) {
        dup2(saved, STDERR_FILENO)
        close(saved)
    }
}
