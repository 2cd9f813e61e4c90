import TestSupport
import TransferCore

/// A receiver that keeps what it gets, and answers as it is told.
final class Recorder: ResponseReceiver {
    private(set) var heads: [ResponseHead] = []
    private(set) var body: [UInt8] = []
    /// The sizes of the pieces that were handed over, refused ones too.
    private(set) var pieces: [Int] = []
    private(set) var refused: [[UInt8]] = []
    private(set) var calls = 0

    var headDecision = HeadDecision.proceed
    /// Asked for every piece, with what was taken so far.
    var decide: (_ taken: Int) -> BodyDecision = { _ in .proceed }

    func receive(head: ResponseHead) -> HeadDecision {
        calls += 1
        heads.append(head)
        return headDecision
    }

    func receive(body bytes: UnsafeRawBufferPointer) -> BodyDecision {
        calls += 1
        pieces.append(bytes.count)
        let decision = decide(body.count)
        switch decision {
        case .proceed: body += bytes
        case .pause: refused.append(Array(bytes))
        case .stop: break
        }
        return decision
    }
}

extension Transport {
    /// Waits until that many requests have ended, or until the time is up by `clock`.
    func ends(_ count: Int = 1, clock: any Clock, within limit: Duration = .seconds(60)) -> [TransportEnd] {
        let deadline = clock.now() + limit
        var ends: [TransportEnd] = []
        while ends.count < count, clock.now() < deadline { ends += wait(until: deadline) }
        return ends
    }

    /// Waits until `condition` holds, or until the time is up by `clock`.
    func run(clock: any Clock, within limit: Duration = .seconds(60), until condition: () -> Bool) -> [TransportEnd] {
        let deadline = clock.now() + limit
        var ends: [TransportEnd] = []
        while !condition(), clock.now() < deadline { ends += wait(until: deadline) }
        return ends
    }
}

extension TransportEnd {
    /// The code of its failure.
    var code: TransferError.Code? {
        if case .failed(let error) = outcome { error.code } else { nil }
    }
}
