import CLinux
import Dispatch
import Glibc
import Synchronization

/// Has work done elsewhere while this thread waits for it.
enum Background {
    /// Waits for asynchronous work.
    ///
    /// - Parameter signals: If given, any of them ends the waiting; whatever the work does then, the program ends.
    /// - Throws: What the work throws; ``Exit/interrupted`` after a signal.
    static func wait<Value: Sendable>(
        _ signals: Signals?, for work: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        try wait(signals) { settle in
            Task.detached {
                do { settle(.success(try await work())) } catch { settle(.failure(error)) }
            }
        }
    }

    /// Waits for work that keeps a thread busy.
    static func wait<Value: Sendable>(
        _ signals: Signals?, forBlocking work: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        try wait(signals) { settle in
            DispatchQueue.global().async { settle(Result { try work() }) }
        }
    }

    private static func wait<Value: Sendable>(
        _ signals: Signals?, _ begin: (@escaping @Sendable (Result<Value, any Error>) -> Void) -> Void
    ) throws -> Value {
        let outcome = OneTime<Result<Value, any Error>>()
        guard let signals else {
            begin { outcome.settle($0) }
            return try outcome.wait().get()
        }
        let ended = try EndNotice()
        begin {
            outcome.settle($0)
            ended.signal()
        }
        if ended.waits(with: signals) == .signal { throw Exit.interrupted }
        return try outcome.wait().get()
    }
}

/// Tells the thread that waits for signals that something has ended.
final class EndNotice: Sendable {
    enum Outcome { case end, signal }

    private let descriptor: Int32
    private let isSet = Atomic(false)

    init() throws {
        descriptor = carryon_eventfd()
        guard descriptor >= 0 else { throw Failure("no file descriptor is left") }
    }

    func signal() {
        isSet.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Waits for the end or for a signal.
    func waits(with signals: Signals) -> Outcome {
        while !isSet.load(ordering: .acquiring) {
            if signals.wait(for: descriptor, timeout: -1) != nil { return .signal }
        }
        return .end
    }

    deinit { close(descriptor) }
}
