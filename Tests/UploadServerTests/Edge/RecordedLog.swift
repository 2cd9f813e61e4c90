import Logging
import Synchronization

/// Keeps what is logged, so that a test can read it.
final class RecordedLog: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    /// The lines of the server's own, not those of the libraries below it.
    func lines(_ message: String) -> [Line] {
        kept.withLock { $0.filter { $0.message == message } }
    }

    var all: [Line] { kept.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = event.metadata ?? [:]
            log.kept.withLock {
                $0.append(
                    Line(
                        level: event.level, message: "\(event.message)",
                        metadata: metadata.mapValues { "\($0)" }))
            }
        }
    }
}
