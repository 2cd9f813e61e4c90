import Hummingbird
import Synchronization

/// One running `PUT`: whether its client keeps sending, and whether it was cut off.
final class Reception: Sendable {
    private struct State: Sendable {
        /// Since when we wait for the client; `nil` while the next step is ours.
        var waitingSince: ContinuousClock.Instant?
        var cut: Problem.Kind?
        var isEnding = false
        var task: Task<Int, any Error>?
    }

    private let state = Mutex(State())

    /// How long the client has owed us the next bytes.
    var silence: Duration {
        state.withLock { $0.waitingSince.map { .now - $0 } } ?? .zero
    }

    /// Why it was cut off, if it was.
    var cutOff: Problem.Kind? { state.withLock { $0.cut } }

    /// From now on the client is to send.
    func awaitClient() { state.withLock { $0.waitingSince = .now } }

    /// The client has sent.
    func clientSent() { state.withLock { $0.waitingSince = nil } }

    /// Begins the end, after which nobody can cut it off any more.
    ///
    /// - Returns: Whether it may go on: it was not cut off before.
    func beginEnd() -> Bool {
        state.withLock { state in
            state.isEnding = state.cut == nil
            return state.isEnding
        }
    }

    /// Stops it: nothing is read or written for it any more, once the write that may be under way is over.
    func cut(_ reason: Problem.Kind) {
        let task = state.withLock { state -> Task<Int, any Error>? in
            guard !state.isEnding, state.cut == nil else { return nil }
            state.cut = reason
            return state.task
        }
        task?.cancel()
    }

    /// Runs the body in a task of its own, which a cut cancels.
    func run(_ body: @escaping @Sendable () async throws -> Int) async throws -> Int {
        let task = Task(operation: body)
        let isCut = state.withLock { state in
            state.task = task
            return state.cut != nil
        }
        if isCut { task.cancel() }
        defer { state.withLock { $0.task = nil } }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            guard let cutOff else { throw error }
            throw Problem.cutOff(cutOff)
        }
    }
}

extension Problem {
    /// What a client is told that was cut off.
    static func cutOff(_ reason: Kind) -> Problem {
        switch reason {
        case .takenOver: Problem(.takenOver, "another request sends this chunk now", headers: closing)
        case .tooSlow: Problem(.tooSlow, "the chunk came too slowly", headers: closing)
        default: Problem(.gone, gone.detail, headers: closing)
        }
    }

    /// Nothing more is read from a connection whose request was cut off.
    private static let closing: HTTPFields = [.connection: "close"]

    static var gone: Problem { Problem(.gone, "the upload has expired or was aborted") }
    static var unknownUpload: Problem { Problem(.unknownUpload, "there is no such upload") }
    static var isAssembling: Problem {
        Problem(.assembling, "the upload is being finished", headers: [.retryAfter: "1"])
    }
}
