import TransferCore

/// An order of an upload to an object store: its steps, one after the other, with what any request may meet on the way.
///
/// Requests are signed with what the memory knows of the store. Credentials that have expired, a clock that is wrong, a
/// region that is another one, and checksums that the store does not know are dealt with once each; redirects are never
/// followed.
public struct S3UploadDialogue: UploadDialogue {
    private let options: TransferOptions
    private let version: String
    private var start: S3UploadStart
    private var negotiation: S3Negotiation
    private var asked: S3Request?
    /// A `HEAD` that was refused. Its answer has no body, so that the reason is asked for with another request.
    private var unexplained: S3UploadAnswer?

    /// - Parameters:
    ///   - digests: Of the chunk; `nil` for other orders.
    ///   - version: The version in `User-Agent`.
    public init(order: UploadOrder, digests: ChunkDigests?, version: String) {
        options = order.options
        self.version = version
        start = S3UploadStart(order, digests)
        negotiation = S3Negotiation(usesChecksums: start.usesChecksums)
    }

    public mutating func next(_ memory: inout RemoteMemory, now: WallTime) -> DialogueStep {
        switch start {
        case .settled(let outcome): return .done(outcome)
        case .flow(let flow, _):
            guard let access = memory.access else { return .needsAccess(isReload: false) }
            // Else every part would go out twice.
            if let part = flow as? PartFlow, memory.uploadWithoutPartChecksums == part.upload.id {
                negotiation.leaveOutChecksums()
            }
            let step = flow.request(usesChecksums: negotiation.usesChecksums)
            let request = unexplained == nil ? step : step.askingForTheFirstByte
            asked = request
            let signed = negotiation.sign(
                request, access, memory, custom: options.headers, version: version, now: now)
            return .send(DialogueRequest(signed, body: request.body, longestAnswer: request.longestAnswer))
        }
    }

    public mutating func answered(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep {
        guard let asked, case .flow(var flow, let usesChecksums) = start else {
            preconditionFailure("answered without a question")
        }
        var answer = S3UploadAnswer(asked.operation, head, body, usedChecksums: negotiation.usesChecksums)
        if let unexplained {
            answer = unexplained.explained(by: answer)
            self.unexplained = nil
        } else if answer.lacksReason, refusal(answer, now).recovery == .none {
            unexplained = answer
            return next(&memory, now: now)
        }
        do throws(TransferError) {
            switch try flow.answered(answer, memory) {
            case .done(let outcome):
                if let part = flow as? PartFlow, usesChecksums, !negotiation.usesChecksums {
                    memory.uploadWithoutPartChecksums = part.upload.id
                }
                return .done(outcome)
            case .refused: return refused(refusal(answer, now), &memory, now: now)
            case .goOn:
                start = .flow(flow, usesChecksums: usesChecksums)
                return next(&memory, now: now)
            }
        } catch {
            return .done(.failed(error, retryAfter: nil))
        }
    }

    private func refusal(_ answer: S3UploadAnswer, _ now: WallTime) -> S3Refusal {
        S3Refusal(
            answer.operation, head: answer.head, problem: answer.problem, region: negotiation.region, now: now)
    }

    private mutating func refused(
        _ refusal: S3Refusal, _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep {
        switch negotiation.adapt(to: refusal.recovery, &memory, now: now) {
        case .again: next(&memory, now: now)
        case .afterReload: .needsAccess(isReload: true)
        case .giveUp: .done(.failed(refusal.error, retryAfter: refusal.retryAfter))
        }
    }
}
