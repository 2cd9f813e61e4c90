import Glibc
import Synchronization
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

@Suite struct WorkQueueTests {
    @Test func jobsRunInOrderOnOneThreadAndAreAllDone() async throws {
        let (order, threads) = try await onOwnThread {
            let queue = WorkQueue(name: "test")
            let done = Mutex<([Int], Set<UInt>)>(([], []))
            for index in 0..<200 {
                queue.submit { done.withLock { $0 = ($0.0 + [index], $0.1.union([UInt(pthread_self())])) } }
            }
            queue.finish()
            return done.withLock { ($0.0, $0.1) }
        }
        #expect(order == Array(0..<200))
        #expect(threads.count == 1)
    }

    @Test func aJobMaySubmitAnother() async throws {
        let order = try await onOwnThread {
            let queue = WorkQueue(name: "test")
            let done = Mutex<[Int]>([])
            let second = Condition(false)
            queue.submit {
                queue.submit {
                    done.withLock { $0.append(2) }
                    second.signal { $0 = true }
                }
                done.withLock { $0.append(1) }
            }
            second.wait { $0 ? .done(()) : .wait }
            queue.finish()
            queue.finish()
            return done.withLock { $0 }
        }
        #expect(order == [1, 2])
    }
}

@Suite struct ConditionTests {
    @Test func aTimedWaitEnds() async throws {
        let waited = try await onOwnThread {
            let clock = SystemClock()
            let start = clock.now()
            let deadline = start + .milliseconds(20)
            let condition = Condition(0)
            condition.wait { value in
                value += 1
                return clock.now() >= deadline ? .done(()) : .waitUntil(deadline.nanoseconds)
            }
            return clock.now() - start
        }
        #expect(waited >= .milliseconds(20))
        #expect(waited < .seconds(60))
    }

    @Test func aSignalEndsAWait() async throws {
        let condition = Condition(0)
        async let result = onOwnThread { condition.wait { $0 == 3 ? .done("three") : .wait } }
        for _ in 0..<3 { condition.signal { $0 += 1 } }
        #expect(try await result == "three")
        #expect(condition.withLock { $0 } == 3)
    }

    @Test func aSignalEndsATimedWaitBeforeItsTime() async throws {
        let condition = Condition(false)
        let far = (SystemClock().now() + .seconds(60)).nanoseconds
        async let result = onOwnThread { condition.wait { $0 ? .done(true) : .waitUntil(far) } }
        condition.signal { $0 = true }
        #expect(try await result)
    }
}

@Suite struct EventDescriptorTests {
    @Test func itIsReadableWhileItIsSignalled() {
        let event = EventDescriptor()
        func isReadable() -> Bool {
            var descriptor = pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&descriptor, 1, 0) == 1
        }
        #expect(!isReadable())
        event.signal()
        event.signal()
        #expect(isReadable())
        event.clear()
        #expect(!isReadable())
        event.clear()
    }
}

@Suite struct SystemClockTests {
    @Test func bothClocksGoForward() {
        let clock = SystemClock()
        let (now, wall) = (clock.now(), clock.wallTime())
        #expect(clock.now() >= now)
        // Somewhere between 2024 and 2100.
        #expect((1_704_067_200_000...4_102_444_800_000).contains(wall.milliseconds))
    }
}

@Suite struct SystemErrorTests {
    private static let codes: [(Int32, TransferError.Code)] = [
        (ENOSPC, .diskFull), (EDQUOT, .diskFull), (EFBIG, .diskFull), (EACCES, .permissionDenied),
        (EPERM, .permissionDenied), (EROFS, .permissionDenied), (EEXIST, .nameTaken), (ENOENT, .folderMissing),
        (ENOTDIR, .folderMissing), (EIO, .fileFailure),
    ]

    @Test(arguments: codes)
    func isTold(_ number: Int32, _ code: TransferError.Code) {
        errno = number
        let error = SystemError.last("write to a")
        #expect(error.code == code)
        #expect("\(error.detail)".contains("cannot write to a: "))
    }
}
