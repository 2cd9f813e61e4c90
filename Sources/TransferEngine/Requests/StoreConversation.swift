import TransferCore
import WireProtocols

/// One request to an object store on its way: the conversation, and the answers to what it asks before it fetches.
final class StoreConversation: ResponseReceiver {
    /// Answers are this long at most, in bytes; those to `HEAD` have no body at all.
    private static let longestAnswer = 64 << 10

    private var dialogue: S3DownloadDialogue
    private var renewal = AccessRenewal()
    private let clock: any Clock
    private var head: ResponseHead?
    /// Of the last question that was answered.
    private(set) var status: Int?
    private var answer: [UInt8] = []

    init(order: RequestOrder, version: String, clock: any Clock) {
        dialogue = S3DownloadDialogue(order: order, version: version)
        self.clock = clock
    }

    /// The first step, and the one after access was looked up.
    func next(_ memory: inout RemoteMemory) -> S3DownloadDialogue.Step {
        head = nil
        answer = []
        let now = clock.wallTime()
        if renewal.begins(memory, now: now) { return .needsAccess(isReload: true) }
        return dialogue.next(&memory, now: now)
    }

    /// The step after access was looked up in vain.
    func nextWithoutAccess(_ error: TransferError, _ memory: inout RemoteMemory) -> S3DownloadDialogue.Step {
        guard renewal.canDoWithout(memory, now: clock.wallTime()) else {
            return .done(.rejected(error, retryAfter: nil, RemoteFacts()))
        }
        return next(&memory)
    }

    /// A question was answered; `nil` if there was no answer.
    func answered(_ memory: inout RemoteMemory) -> S3DownloadDialogue.Step? {
        guard let head else { return nil }
        let body = answer
        status = head.status
        self.head = nil
        answer = []
        return dialogue.answered(head, body, &memory, now: clock.wallTime())
    }

    /// What the head of the answer to the ranged request means.
    func judge(_ head: ResponseHead) -> HeadVerdict {
        dialogue.judge(head, now: clock.wallTime())
    }

    /// The ranged request was rejected.
    func refused(_ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory) -> S3DownloadDialogue.Step {
        dialogue.refused(head, body, &memory, now: clock.wallTime())
    }

    // MARK: Answers to questions

    func receive(head: ResponseHead) -> HeadDecision {
        self.head = head
        return .proceed
    }

    func receive(body: UnsafeRawBufferPointer) -> BodyDecision {
        guard answer.count + body.count <= Self.longestAnswer else { return .stop }
        answer.append(contentsOf: body)
        return .proceed
    }
}
