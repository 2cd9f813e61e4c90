import Glibc

/// A condition did not come true in time. Thrown, it fails the test with its description.
public struct ConditionNotMet: Error, CustomStringConvertible {
    public let description: String
}

/// Waits until `condition` holds, looking every few milliseconds, and throws ``ConditionNotMet`` if it never does.
///
/// The time is long because a machine of two cores runs many tests at once; a condition that comes true costs none.
///
/// `what` names the condition in the failure; it is evaluated only then, so it may show the state that was found.
public func eventually(
    _ what: @autoclosure () -> String = "condition", timeout: Duration = .seconds(180),
    file: StaticString = #fileID, line: UInt = #line,
    condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + timeout
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw timedOut(what(), timeout, file, line) }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// The form of ``eventually(_:timeout:file:line:condition:)`` for code that blocks its thread.
public func eventuallyBlocking(
    _ what: @autoclosure () -> String = "condition", timeout: Duration = .seconds(180),
    file: StaticString = #fileID, line: UInt = #line,
    condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + timeout
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw timedOut(what(), timeout, file, line) }
        usleep(2000)
    }
}

private func timedOut(_ what: String, _ timeout: Duration, _ file: StaticString, _ line: UInt) -> ConditionNotMet {
    ConditionNotMet(description: "\(file):\(line): not within \(timeout): \(what)")
}

/// Runs code that blocks on a thread of its own, so that the few threads of the cooperative pool stay free.
public func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try JoinableThread { continuation.resume(with: Result { try body() }) }.detach()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
