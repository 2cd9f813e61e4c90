import TransferCore

/// One order of an upload as a conversation with its remote: one request or several, one after the other, and then what
/// came of it.
///
/// It makes no request by itself. Whoever carries it out asks for the next step, makes the request, and hands over the
/// answer; what is learnt of the remote meanwhile goes into a ``RemoteMemory``, which all orders of a transfer share.
public protocol UploadDialogue: Sendable {
    /// The first step; also the one after ``DialogueStep/needsAccess(isReload:)``, when the memory has what was missing.
    mutating func next(_ memory: inout RemoteMemory, now: WallTime) -> DialogueStep

    /// The step after a whole answer.
    ///
    /// - Parameter body: All of it, or more than ``DialogueRequest/longestAnswer`` of it: what follows is never read.
    mutating func answered(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep
}

/// What is to be done next in a conversation.
public enum DialogueStep: Sendable {
    case send(DialogueRequest)
    /// The memory lacks access to the store, or with `isReload` what it has is of no use any more.
    case needsAccess(isReload: Bool)
    case done(UploadReport.Outcome)
}

/// One request of a conversation.
public struct DialogueRequest: Sendable, Equatable {
    public enum Body: Sendable, Equatable {
        case none
        case bytes([UInt8])
        /// The chunk that the order is about.
        case chunk
    }

    public var request: HTTPRequest
    public var body: Body
    /// The longest answer that is read, in bytes.
    public var longestAnswer: Int

    public init(_ request: HTTPRequest, body: Body = .none, longestAnswer: Int = 1 << 20) {
        self.request = request
        self.body = body
        self.longestAnswer = longestAnswer
    }
}

/// The conversations of uploads, by the kind of their remote.
public enum UploadDialogues {
    /// - Parameters:
    ///   - digests: Of the chunk; `nil` for other orders.
    ///   - version: The version in `User-Agent`.
    public static func begin(_ order: UploadOrder, digests: ChunkDigests?, version: String) -> any UploadDialogue {
        switch (RemoteKind(order.destination), order.mode, order.task) {
        case (.s3, _, _): S3UploadDialogue(order: order, digests: digests, version: version)
        case (.http, .presigned, .chunk): PresignedChunkDialogue(order: order, digests: digests, version: version)
        case (.http, _, _): ChunkUploadDialogue(order: order, digests: digests, version: version)
        }
    }
}
