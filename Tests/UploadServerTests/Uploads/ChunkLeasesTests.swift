import Testing

@testable import UploadServer

@Suite struct ChunkLeasesTests {
    private final class Holder: Sendable {}

    @Test func oneAtATimeInTheOrderOfAsking() {
        var leases = ChunkLeases<Holder, String>()
        let (first, second, third) = (Holder(), Holder(), Holder())
        #expect(leases.isEmpty)
        let taken = [leases.take(5, first), leases.take(5, second), leases.take(6, second)]
        #expect(taken == [true, false, true])
        leases.wait(for: 5, second, "second")
        leases.wait(for: 5, third, "third")
        #expect(leases.isWaiting(for: 5, second) && !leases.isWaiting(for: 6, second))
        let next = leases.giveBack(5)
        #expect(next == "second")
        #expect(leases.holder(of: 5) === second && !leases.isWaiting(for: 5, second))
        let others = [leases.giveBack(5), leases.giveBack(5), leases.giveBack(6)]
        #expect(others == ["third", nil, nil])
        #expect(leases.isEmpty)
    }

    @Test func whoLeavesIsPassedOver() {
        var leases = ChunkLeases<Holder, String>()
        let (first, second, third) = (Holder(), Holder(), Holder())
        _ = leases.take(1, first)
        leases.wait(for: 1, second, "second")
        leases.wait(for: 1, third, "third")
        let left = [leases.leave(1, second), leases.leave(1, second), leases.giveBack(1)]
        #expect(left == ["second", nil, "third"])
    }
}

@Suite struct WaitingLineTests {
    @Test(.timeLimit(.minutes(5))) func firstComeFirstServed() async throws {
        let line = WaitingLine([1])
        #expect(try await line.take() == 1)
        #expect(line.takeIfFree() == nil)
        // Whoever is told of those who wait finds them in the line.
        let waiter = Task { try await line.take(onWait: { #expect(line.isAwaited) }) }
        while !line.isAwaited { await Task.yield() }
        line.giveBack(7)
        #expect(try await waiter.value == 7)
        line.giveBack(8)
        #expect(line.takeIfFree() == 8)
    }

    @Test(.timeLimit(.minutes(5))) func theCancelledLeave() async throws {
        let line = WaitingLine<Int>([])
        let waiter = Task { try await line.take() }
        while !line.isAwaited { await Task.yield() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(!line.isAwaited)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await line.take()
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        line.giveBack(1)
        #expect(line.takeIfFree() == 1)
    }
}
