import Synchronization
import TransferCore
import WireProtocols

/// A source whose lookups may take long, and can be given up: whoever quits does not wait for them.
public protocol InterruptibleAccessSource: S3AccessSource {
    /// Like ``S3AccessSource/access(_:reload:)``, but gives up within a tenth of a second of the interruption.
    ///
    /// - Throws: What ``S3AccessSource/access(_:reload:)`` throws; anything, once it is interrupted.
    func access(
        _ options: StoreOptions, reload: Bool, interruption: Interruption
    ) throws(TransferError) -> S3Access
}

/// Tells work on other threads that nobody wants it any more. It stays so.
public final class Interruption: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public func interrupt() { flag.store(true, ordering: .releasing) }

    public var isInterrupted: Bool { flag.load(ordering: .acquiring) }
}
