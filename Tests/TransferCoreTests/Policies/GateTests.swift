import Testing
import TransferCore

@Suite struct GateTests {
    private let policy = RetryPolicy(base: .seconds(1), cap: .seconds(60))

    @Test func itAdmitsUpToItsLimit() {
        var gate = RemoteGate(limit: 2)
        gate.started()
        #expect(gate.admits(at: .zero))
        gate.started()
        #expect(!gate.admits(at: .zero))
        gate.ended()
        #expect(gate.admits(at: .zero) && gate.running == 1)
    }

    @Test func aBusyRemoteIsLeftAloneAndThenGetsFewer() {
        var random = SeededRandom(seed: 1)
        var gate = RemoteGate(limit: 8)
        gate.wasBusy(retryAfter: .seconds(10), policy: policy, at: .zero, using: &random)
        #expect(!gate.admits(at: .zero + .milliseconds(9_999)))
        #expect(gate.closedUntil >= .zero + .seconds(10))
        // The same bad news from requests under way counts once.
        gate.wasBusy(retryAfter: nil, policy: policy, at: .zero + .seconds(1), using: &random)
        let open = gate.closedUntil
        var admitted = 0
        while gate.admits(at: open) {
            gate.started()
            admitted += 1
        }
        #expect(admitted == 4)
        for _ in 0..<4 { gate.succeeded() }
        #expect(gate.admits(at: open))
        gate.started()
        #expect(!gate.admits(at: open))
    }

    @Test func oneRequestIsAlwaysAllowed() {
        var random = SeededRandom(seed: 1)
        var gate = RemoteGate(limit: 1)
        for hour in 0..<5 {
            let now = Instant.zero + .seconds(3600 * hour)
            gate.wasBusy(retryAfter: nil, policy: policy, at: now, using: &random)
        }
        #expect(gate.admits(at: gate.closedUntil))
    }

    @Test func theRampFollowsTheFiles() {
        var ramp = StartRamp(floor: 3, ceiling: 16)
        #expect(ramp.allowance == 3)
        for _ in 0..<50 { ramp.sawSmall() }
        #expect(ramp.allowance == 16)
        ramp.sawLarge()
        #expect(ramp.allowance == 3)
        #expect(StartRamp(floor: 5, ceiling: 2).allowance == 5)
    }
}

@Suite struct CommitPacingTests {
    private func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    /// The promise: 250 ms or 32 MiB, whichever comes first.
    @Test(arguments: [1, 256 << 10, 1 << 20, 24 << 20, 1 << 30] as [Int64], [0, 5, 60, 5000])
    func noByteWaitsLongerThanPromised(_ bytes: Int64, _ lastDuration: Int) {
        var pacing = CommitPacing()
        pacing.committed(from: at(1000), to: at(1000 + lastDuration))
        let start = pacing.nextStart(bytes: bytes, oldest: at(1000))
        #expect(start <= at(1250))
        if bytes >= CommitPacing.mostBytes { #expect(start <= at(1000)) }
        #expect(CommitPacing.mostBytes < 32 << 20)
    }

    @Test func commitsTakeAQuarterOfTheTime() {
        var pacing = CommitPacing()
        #expect(pacing.nextStart(bytes: 1 << 20, oldest: at(7)) == at(7))
        #expect(pacing.nextStart(bytes: 1, oldest: at(7)) == at(207))
        pacing.committed(from: at(100), to: at(120))
        #expect(pacing.nextStart(bytes: 1 << 20, oldest: at(121)) == at(180))
    }
}
