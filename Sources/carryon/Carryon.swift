import ArgumentParser
import Foundation

/// The command line of carryon.
struct Carryon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carryon",
        abstract: "Moves large files up and down, survives anything, and shows every chunk.",
        discussion: """
            Without a subcommand the queue opens on the screen and everything in it goes on. Quit it, kill it, pull \
            the plug: the next start carries on where the last one stood.

              carryon demo                          see it work, on files made up on the spot
              carryon add https://example.org/file  put a download into the queue
              carryon cp https://example.org/file   the same, and fetch it here and now
              carryon add FILE http://host:7270/    put an upload to a chunk server into the queue
              carryon serve                         be that server
              carryon add FILE s3://bucket/         put an upload to an object store into the queue

            Exit status: 0 all completed, 1 some transfer failed or needs you, 2 wrong usage, 130 interrupted.
            """,
        version: Version.text,
        subcommands: [
            ScreenCommand.self, AddCommand.self, CopyCommand.self, RunCommand.self, ListCommand.self,
            ShowCommand.self, PauseCommand.self, ResumeCommand.self, RetryCommand.self, RemoveCommand.self,
            VerifyCommand.self, ReceiptsCommand.self, OrphansCommand.self, ServeCommand.self, DemoCommand.self,
            ThemeCommand.self,
        ],
        defaultSubcommand: ScreenCommand.self
    )
}

/// What this program is.
enum Version {
    static let text = "0.1.0"
}

/// Where the program begins.
@main
enum Program {
    static func main() {
        do {
            var command = try Carryon.parseAsRoot()
            try command.run()
            // Data that did not get out, on a full disk, is a failure; a reader that has seen enough is none.
            if fflush(nil) != 0, errno != EPIPE {
                Diagnostics.say("carryon: cannot write to standard output: \(String(cString: strerror(errno)))")
                Foundation.exit(Exit.failed.rawValue)
            }
        } catch {
            // The library's own status for wrong usage is 64; ours is 2, as for most tools.
            guard Carryon.exitCode(for: error) == .validationFailure else { Carryon.exit(withError: error) }
            Diagnostics.say(Carryon.fullMessage(for: error))
            Foundation.exit(Exit.usage.rawValue)
        }
    }
}
