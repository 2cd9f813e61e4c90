import ArgumentParser
import Foundation
import TerminalUI
import ThemeFiles
import TransferCore

/// `carryon theme`.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme", abstract: "List, check and show the themes of the screen.",
        discussion: """
            `theme = "nord"` in config.toml chooses one, and so does --theme. Those of your own are files such as \
            ~/.config/carryon/themes/mine.toml; one with `inherits = "nord"` has to name only what is different.
            """,
        subcommands: [ThemeListCommand.self, ThemeCheckCommand.self, ThemeShowCommand.self])
}

/// `carryon theme list`.
struct ThemeListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all themes and where they come from.",
        discussion: "--json prints one array of objects with `name title variant path origin error`.")

    @Flag(help: "Print one JSON array of objects.")
    var json = false

    func run() throws {
        try reporting {
            Signals.ignoreBrokenPipes()
            let catalog = ThemeCatalog.standard
            let themes = catalog.entries.map { ListedTheme($0, in: catalog) }
            if json { return try JSONOutput.print(themes) }
            for line in Columns.lines(themes.map(\.row)) { print(line) }
        }
    }
}

/// `carryon theme check`.
struct ThemeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell everything that is wrong with theme files, and where.",
        discussion: """
            Prints FILE:LINE:COLUMN and a sentence for each problem. Warnings are of what is ignored and of colours \
            that are hard to see: less contrast than 3:1, or alike to people who do not see green. Exit status 1 if \
            one of the themes cannot be used.
            """)

    @Argument(help: "Theme files.")
    var files: [String]

    func run() throws {
        try reporting {
            Signals.ignoreBrokenPipes()
            let reports = files.map { ThemeCatalog.standard.check($0) }
            for problem in reports.flatMap(\.problems) { print(problem) }
            if reports.contains(where: { $0.theme == nil }) { throw Exit.failed }
        }
    }
}

/// `carryon theme show`.
struct ThemeShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the colours of a theme, each under its name in theme files.")

    @Argument(help: "The name of a theme, or the path of a theme file.")
    var name: String

    func run() throws {
        try reporting {
            Signals.ignoreBrokenPipes()
            let theme: Theme
            do throws(ThemeProblem) {
                theme = try ThemeCatalog.standard.load(name)
            } catch {
                throw Failure(error.description)
            }
            for line in ThemeSample.lines(of: theme, colors: ThemeSample.colorsOfOutput) { print(line) }
        }
    }
}

/// Which theme the screen begins with.
struct ThemeOption: ParsableArguments {
    @Option(
        name: .customLong("theme"),
        help: ArgumentHelp(
            "The theme of the screen, or the path of a theme file; see carryon theme list.", valueName: "name"))
    var name: String?

    /// Where there is no screen to tell it: one line, if the theme cannot be used.
    func complain(of name: String?) {
        guard let name else { return }
        do throws(ThemeProblem) {
            _ = try ThemeCatalog.standard.load(name)
        } catch {
            Diagnostics.say("carryon: \(error)")
        }
    }
}

extension ThemeCatalog {
    /// The themes of this user and of this program.
    static var standard: ThemeCatalog {
        let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return ThemeCatalog(environment: ProcessInfo.processInfo.environment, executable: executable ?? "")
    }
}
