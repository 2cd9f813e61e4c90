import Logging
import Synchronization
import TransferCore

/// Knows the tokens of a file, and takes up a new version of it without a restart.
///
/// A version that makes no sense is reported once and changes nothing.
final class TokenKeeper: Sendable {
    /// How often the file is looked at, at most.
    static let interval = Duration.seconds(1)

    private struct State {
        var table: TokenTable
        var version: FileStamp?
        var lookedAt: Instant
    }

    private let path: String
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let state: Mutex<State>

    /// Throws ``ServerSetupError`` if the file cannot be read or makes no sense.
    init(_ path: String, logger: Logger, now: @escaping @Sendable () -> Instant) throws {
        self.path = path
        self.logger = logger
        self.now = now
        let file = try SmallFile(path, purpose: "token file")
        let table = try TokenTable(file.bytes, file: path)
        state = Mutex(State(table: table, version: file.stamp, lookedAt: now()))
        warn(about: file.stamp)
    }

    /// Whose token this is; `nil` for nobody's.
    func owner(of token: some Sequence<UInt8>) -> Owner? {
        current().owner(of: token)
    }

    private func current() -> TokenTable {
        let now = now()
        return state.withLock { state in
            guard now - state.lookedAt >= Self.interval else { return state.table }
            state.lookedAt = now
            let version = FileStamp(path)
            guard version != state.version else { return state.table }
            state.version = version
            do {
                // The stamp of what was read: a change in between is found at the next look.
                let file = try SmallFile(path, purpose: "token file")
                state.version = file.stamp
                state.table = try TokenTable(file.bytes, file: path)
                logger.notice("the tokens were read anew", metadata: ["file": "\(SafeText(path))"])
                warn(about: file.stamp)
            } catch {
                logger.error("the tokens stay as they were: \(error)")
            }
            return state.table
        }
    }

    private func warn(about stamp: FileStamp) {
        guard stamp.isReadableByOthers else { return }
        logger.warning(
            "other users of this machine can read the token file: make it private with chmod 600",
            metadata: ["file": "\(SafeText(path))"])
    }
}
