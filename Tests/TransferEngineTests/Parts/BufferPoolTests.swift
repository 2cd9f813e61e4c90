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
