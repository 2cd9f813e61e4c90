import Logging
import TransferCore
import WireProtocols

/// The engine: one thread that owns the network and all decisions, with helpers for what blocks.
///
/// It carries out what the machines of `TransferCore` decide, and tells them what came of it.
public final class Engine: EngineClient {
    /// The parts that an engine is put together from.
    public struct Parts: Sendable {
        /// Makes the transport; called once, on the thread that will own it.
        public var transport: @Sendable () throws(TransferError) -> any Transport
        public var store: any BookmarkStore
        public var fileSystem: any FileSystem
        public var clock: any Clock
        public var logger: Logger
        /// How object stores are reached.
        public var access: any S3AccessSource
        /// Named in `User-Agent`.
        public var version: String

        public init(
            transport: @escaping @Sendable () throws(TransferError) -> any Transport, store: any BookmarkStore,
            fileSystem: any FileSystem, clock: any Clock, logger: Logger, access: any S3AccessSource, version: String
        ) {
            self.transport = transport
            self.store = store
            self.fileSystem = fileSystem
            self.clock = clock
            self.logger = logger
            self.access = access
            self.version = version
        }
    }

    private let inbox = EngineInbox()
    private let box: SnapshotBox
    private let thread: OwnedThread

    /// Starts the engine: it reads the queue and goes on where the last run stood.
    ///
    /// - Parameters:
    ///   - seed: Decides every jitter.
    ///   - only: If given, other transfers of the queue are left as they are.
    /// - Throws: What the store throws when the queue cannot be read.
    public init(_ parts: Parts, settings: EngineSettings, seed: UInt64, only: Set<TransferID>? = nil) throws {
        let moment = Moment(now: parts.clock.now(), wall: parts.clock.wallTime())
        var queue = QueueMachine(records: try parts.store.loadQueue(), settings: settings, seed: seed, only: only)
        let box = SnapshotBox(queue.snapshot(at: moment))
        self.box = box
        let inbox = self.inbox
        let initial = queue
        thread = OwnedThread(name: "engine") {
            do throws(TransferError) {
                let transport = try parts.transport()
                inbox.connect(transport.waker)
                let loop = EngineLoop(
                    queue: initial, transport: transport, parts: parts, settings: settings, inbox: inbox, box: box)
                loop.run()
                inbox.connect(nil)
            } catch {
                parts.logger.critical("the engine cannot start", metadata: ["error": "\(error.detail)"])
            }
        }
    }

    public func send(_ command: EngineCommand) {
        inbox.post([.command(command)])
    }

    public func snapshot() -> EngineSnapshot { box.get() }

    public var changes: Int32 { box.changes }

    public func acknowledgeChanges() { box.acknowledge() }

    /// Stops every transfer, commits every bookmark, and returns when that is done. Transfers that were running go on
    /// at the next start.
    public func stop() {
        inbox.post([.shutdown])
        thread.join()
    }
}
