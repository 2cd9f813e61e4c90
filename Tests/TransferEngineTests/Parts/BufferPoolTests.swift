import Synchronization
import TestSupport
import Testing

@testable import TransferEngine

@Suite struct BufferPoolTests {
    @Test func buffersAreDistinctAlignedAndZero() throws {
        let pool = BufferPool(count: 4, bufferSize: 8192) {}
        let buffers = try (0..<4).map { _ in try #require(pool.take()) }
        for buffer in buffers {
            #expect(buffer.bytes.count == 8192)
            #expect(UInt(bitPattern: buffer.bytes.baseAddress) % 4096 == 0)
            #expect(buffer.bytes.allSatisfy { $0 == 0 })
        }
        for (index, buffer) in buffers.enumerated() {
            buffer.bytes.initializeMemory(as: UInt8.self, repeating: UInt8(index + 1))
        }
        for (index, buffer) in buffers.enumerated() {
            #expect(buffer.bytes.allSatisfy { $0 == UInt8(index + 1) })
        }
    }

    @Test func anEmptyPoolCallsOnceWhenABufferComesBack() throws {
        let calls = Calls()
        let pool = BufferPool(count: 2, bufferSize: 4096) { calls.add() }
        let (first, second) = (try #require(pool.take()), try #require(pool.take()))
        #expect(!pool.hasFree)
        #expect(pool.take() == nil)
        #expect(pool.take() == nil)
        #expect(calls.count == 0)
        pool.giveBack(first)
        #expect(pool.hasFree)
        #expect(calls.count == 1)
        pool.giveBack(second)
        #expect(calls.count == 1)
    }

    @Test func nobodyIsCalledWhoDidNotWait() throws {
        let calls = Calls()
        let pool = BufferPool(count: 1, bufferSize: 4096) { calls.add() }
        pool.giveBack(try #require(pool.take()))
        #expect(calls.count == 0)
    }

    @Test func severalAreTakenTogetherOrNotAtAll() throws {
        let calls = Calls()
        let pool = BufferPool(count: 3, bufferSize: 4096) { calls.add() }
        let first = pool.take(least: 1, most: 2)
        #expect(first.count == 2)
        // Whoever needs two gets none rather than one, and is called.
        #expect(pool.take(least: 2, most: 8).isEmpty)
        #expect(pool.hasFree)
        pool.giveBack(first[0])
        #expect(calls.count == 1)
        let rest = pool.take(least: 2, most: 8)
        #expect(Set((rest + [first[1]]).map { $0.bytes.baseAddress }).count == 3)
        #expect(pool.take(least: 0, most: 1).isEmpty)
        for buffer in rest { pool.giveBack(buffer) }
        // Nobody has waited since.
        #expect(calls.count == 1)
        #expect(pool.take(least: 0, most: 0).isEmpty)
    }

    @Test func theLastOneBackIsTheFirstOneOut() throws {
        let pool = BufferPool(count: 8, bufferSize: 4096) {}
        let first = try #require(pool.take())
        let address = first.bytes.baseAddress
        pool.giveBack(first)
        #expect(try #require(pool.take()).bytes.baseAddress == address)
    }

    @Test func threadsNeverShareABuffer() async throws {
        let pool = BufferPool(count: 3, bufferSize: 4096) {}
        try await withThrowingTaskGroup(of: Int.self) { group in
            for thread in 0..<8 as Range<UInt8> {
                group.addTask {
                    try await onOwnThread {
                        var clashes = 0
                        for _ in 0..<500 {
                            guard let buffer = pool.take() else { continue }
                            buffer.bytes.initializeMemory(as: UInt8.self, repeating: thread)
                            if !buffer.bytes.allSatisfy({ $0 == thread }) { clashes += 1 }
                            pool.giveBack(buffer)
                        }
                        return clashes
                    }
                }
            }
            for try await clashes in group { #expect(clashes == 0) }
        }
        // All of them are back.
        #expect((0..<4).compactMap { _ in pool.take() }.count == 3)
    }

    private final class Calls: Sendable {
        private let total = Mutex(0)

        var count: Int { total.withLock { $0 } }

        func add() { total.withLock { $0 += 1 } }
    }
}
