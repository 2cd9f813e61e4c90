import Foundation
import Glibc
import Logging
import Synchronization
import TransferCore
import TransferEngine

/// The log of the program: lines appended to `carryon.log` in the state folder.
enum LogFile {
    /// A log that has grown beyond this is put aside when the next one begins, in bytes.
    private static let limit = 8 << 20

    /// A logger that writes to the folder's log; one that writes nowhere if that cannot be opened.
    static func logger(path: String) -> Logger {
        var status = stat()
        if stat(path, &status) == 0, status.st_size > limit { rename(path, path + ".old") }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return Logger(label: "carryon") { _ in SwiftLogNoOpLogHandler() } }
        return Logger(label: "carryon") { _ in LogFileHandler(descriptor: descriptor) }
    }
}

extension LogFile {
    /// A logger that writes to standard error, for a server whose log somebody else keeps.
    static func standardError() -> Logger {
        Logger(label: "carryon") { _ in LogFileHandler(descriptor: STDERR_FILENO) }
    }
}

/// Writes each entry as one line with one system call, so that lines of several threads do not mix.
private struct LogFileHandler: LogHandler {
    let descriptor: Int32
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = self.metadata.merging(event.metadata ?? [:]) { $1 }
        let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let text = SafeText("\(Timestamp.now()) \(event.level.rawValue)\(details) \(event.message)").description + "\n"
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }
}

/// Times as RFC 3339 text.
enum Timestamp {
    static func now() -> String {
        text(SystemClock().wallTime())
    }

    /// In UTC, with milliseconds.
    static func text(_ time: WallTime) -> String {
        let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
        return date.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
