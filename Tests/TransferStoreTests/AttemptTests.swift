import Testing
import TransferCore

@testable import TransferStore

@Suite("Attempts in every store")
struct AttemptTests {
    private let now = WallTime(milliseconds: 0)

    @Test("come back with every field, oldest first", arguments: StoreKind.allCases)
    func roundTrip(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let id = try fixture.store.insert([.sample()], at: now)[0].id
        let attempts = [
            Attempt(
                chunk: 3, startedAt: WallTime(milliseconds: .min), timeToFirstByte: nil, duration: .zero, bytes: 0,
                status: nil, outcome: .failure(TransferError(.cannotConnect, "no route \u{7}"))),
            Attempt(
                chunk: 1, startedAt: WallTime(milliseconds: .max), timeToFirstByte: .nanoseconds(123_456_789_012),
                duration: .nanoseconds(Int64.max), bytes: .max, status: 999, outcome: .success),
            Attempt(
                chunk: 1, startedAt: now, timeToFirstByte: .zero, duration: .milliseconds(1), bytes: 1, status: 503,
                outcome: .failure(TransferError(.serverBusy, ""))),
        ]
        try fixture.store.commit(.with { $0.attempts[id] = Array(attempts.prefix(2)) })
        try fixture.store.commit(.with { $0.attempts[id] = Array(attempts.suffix(1)) })
        try fixture.reopen()
        #expect(try fixture.store.loadAttempts(of: id) == attempts)
    }

    @Test("are kept to the newest 20 of a chunk", arguments: StoreKind.allCases)
    func perChunk(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        let ids = try store.insert([.sample(1), .sample(2)], at: now).map(\.id)
        try store.commit(
            .with {
                $0.attempts[ids[0]] = [.sample(1, at: -1)] + (0..<15).map { .sample(0, at: $0) }
                $0.attempts[ids[1]] = [.sample(0, at: 0)]
            })
        try store.commit(.with { $0.attempts[ids[0]] = (15..<33).map { .sample(0, at: $0) } })
        #expect(
            try store.loadAttempts(of: ids[0]) == [.sample(1, at: -1)] + (13..<33).map { Attempt.sample(0, at: $0) })
        #expect(try store.loadAttempts(of: ids[1]) == [.sample(0, at: 0)])
    }

    @Test("are kept to the newest 500 of a transfer", arguments: StoreKind.allCases)
    func perTransfer(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        let ids = try store.insert([.sample(1), .sample(2)], at: now).map(\.id)
        let attempts = (0..<700).map { Attempt.sample($0, at: Int64($0)) }
        try store.commit(.with { $0.attempts[ids[1]] = [.sample(0, at: 0)] })
        try store.commit(.with { $0.attempts[ids[0]] = Array(attempts[..<450]) })
        try store.commit(.with { $0.attempts[ids[0]] = Array(attempts[450...]) })
        #expect(try store.loadAttempts(of: ids[0]) == Array(attempts.suffix(500)))
        #expect(try store.loadAttempts(of: ids[1]).count == 1)
    }
}
