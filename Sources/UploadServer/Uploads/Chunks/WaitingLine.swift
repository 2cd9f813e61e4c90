import Synchronization

/// Things of which there are only so many. Who finds none waits in line; who is cancelled leaves it.
final class WaitingLine<Item: Sendable>: Sendable {
    private typealias Waiter = (ticket: Int, continuation: CheckedContinuation<Item, any Error>)

    private struct State: Sendable {
        var free: [Item]
        /// First come, first served.
        var waiters: [Waiter] = []
        var lastTicket = 0
    }

    private let state: Mutex<State>

    init(_ items: [Item]) {
        state = Mutex(State(free: items))
    }

    /// Whether somebody waits.
    var isAwaited: Bool { state.withLock { !$0.waiters.isEmpty } }

    /// One of the things at once, or `nil`.
    func takeIfFree() -> Item? { state.withLock { $0.free.popLast() } }

    /// One of the things, as soon as there is one. Throws only if the task is cancelled.
    ///
    /// - Parameter onWait: Called if there is none, after the caller is in line.
    func take(onWait: () -> Void = {}) async throws -> Item {
        if let item = takeIfFree() { return item }
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Item, any Error>? in
                    // A cancellation before this moment found nobody in line; a later one will.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let item = state.free.popLast() { return .success(item) }
                    state.waiters.append((ticket, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) } else { onWait() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                let index = state.waiters.firstIndex { $0.ticket == ticket }
                return index.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Gives a thing back, to the first in line if there is one.
    func giveBack(_ item: Item) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free.append(item)
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: item)
    }
}
