import ArgumentParser
import Glibc
import TransferCore

/// Ends the program with one sentence on standard error.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The exit statuses of the program.
enum Exit {
    /// Some transfer failed or needs a person.
    static let failed = ExitCode(1)
    /// The command line makes no sense.
    static let usage = ExitCode(2)
    /// A signal ended it; bookmarks are committed.
    static let interrupted = ExitCode(130)
}

/// Standard error, for words that are not data.
enum Diagnostics {
    static func say(_ text: String) {
        write(text + "\n")
    }

    /// Writes as much as standard error takes: there is nowhere left to complain when it takes nothing.
    static func write(_ text: String) {
        _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}

extension ParsableCommand {
    /// Runs `body`, and says in one sentence why it did not work.
    func reporting(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let exit as ExitCode {
            throw exit
        } catch let error as TransferError {
            Diagnostics.say("carryon: \(error.sentence)")
            throw Exit.failed
        } catch let error as UsageError {
            Diagnostics.say("carryon: \(SafeText(error.sentence))")
            throw Exit.usage
        } catch {
            Diagnostics.say("carryon: \(SafeText(String(describing: error)))")
            throw Exit.failed
        }
    }
}

/// The command line asks for something that cannot be.
struct UsageError: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}
