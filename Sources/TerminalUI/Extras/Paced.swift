import TransferCore

/// A value that is sent when it changes, at most once a second.
struct Paced<Value: Equatable & Sendable>: Sendable {
    /// What the terminal should show; `nil` until there is something.
    var wanted: Value?
    /// How often to send it again although it stays the same; `nil` for never.
    var repetition: Duration?

    private var sent: Value?
    private var sentAt: Instant?

    /// When there is something to send; `nil` if there is not.
    var due: Instant? {
        guard let wanted else { return nil }
        guard let sentAt else { return .zero }
        if wanted != sent { return sentAt + .seconds(1) }
        return repetition.map { sentAt + $0 }
    }

    /// What is to be sent now.
    mutating func take(_ now: Instant) -> Value? {
        guard let due, due <= now else { return nil }
        sent = wanted
        sentAt = now
        return wanted
    }

    /// What was sent is gone.
    mutating func forget() {
        sent = nil
        sentAt = nil
    }
}
