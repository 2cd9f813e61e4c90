import ArgumentParser

/// The command line of carryon.
@main
struct Carryon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carryon",
        abstract: "Downloads large files, survives anything, and shows every chunk.",
        discussion: """
            Without a subcommand the queue opens on the screen and everything in it goes on. Quit it, kill it, pull \
            the plug: the next start carries on where the last one stood.

              carryon demo                          see it work, on files made up on the spot
              carryon add https://example.org/file  put a download into the queue
              carryon cp https://example.org/file   the same, and fetch it here and now
            """,
        version: Version.text,
        subcommands: [
            ScreenCommand.self, AddCommand.self, CopyCommand.self, RunCommand.self, ListCommand.self,
            ShowCommand.self, PauseCommand.self, ResumeCommand.self, RetryCommand.self, RemoveCommand.self,
            VerifyCommand.self, DemoCommand.self,
        ],
        defaultSubcommand: ScreenCommand.self
    )
}

/// What this program is.
enum Version {
    static let text = "0.1.0"
}
