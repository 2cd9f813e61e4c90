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
    private let workers = Workers(name: "tokens", count: 1)

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
    func owner(of token: some Sequence<UInt8>) async -> Owner? {
        let now = now()
        let isDue = state.withLock { state in
            guard now - state.lookedAt >= Self.interval else { return false }
            state.lookedAt = now
            return true
        }
        if isDue { try? await workers.run { self.look() } }
        return state.withLock { $0.table }.owner(of: token)
    }

    /// Takes up the file if it has changed. Blocks.
    private func look() {
        let version = FileStamp(path)
        guard version != state.withLock({ $0.version }) else { return }
        state.withLock { $0.version = version }
        do {
            // The stamp of what was read: a change in between is found at the next look.
            let file = try SmallFile(path, purpose: "token file")
            state.withLock { $0.version = file.stamp }
            let table = try TokenTable(file.bytes, file: path)
            state.withLock { $0.table = table }
            logger.notice("the tokens were read anew", metadata: ["file": "\(SafeText(path))"])
            warn(about: file.stamp)
        } catch {
            logger.error("the tokens stay as they were: \(error)")
        }
    }

    private func warn(about stamp: FileStamp) {
        guard stamp.isReadableByOthers else { return }
        logger.warning(
            "other users of this machine can read the token file: make it private with chmod 600",
            metadata: ["file": "\(SafeText(path))"])
    }
}
