import TransferCore

/// The answer to an ``S3Request`` of an upload.
struct S3UploadAnswer: Sendable {
    let operation: S3Operation
    let head: ResponseHead
    let body: [UInt8]
    /// What the body says if it is a refusal.
    let problem: S3Problem?
    /// Whether the request had checksums, if that is possible for one of its kind.
    let usedChecksums: Bool

    init(_ operation: S3Operation, _ head: ResponseHead, _ body: [UInt8], usedChecksums: Bool) {
        self.operation = operation
        self.head = head
        self.body = body
        self.usedChecksums = usedChecksums
        // The completion of an upload is refused with 200 as well, once the answer has begun.
        let mayBeProblem = head.status >= 300 || operation == .completeMultipartUpload
        problem = mayBeProblem ? S3Problem(body) : nil
    }

    /// Whether it is a refusal that might be mended, if only it said why it is one.
    var lacksReason: Bool { operation == .headObject && [400, 401, 403].contains(head.status) }

    /// This answer with the reason that another one gives, which was asked for in its place.
    func explained(by other: S3UploadAnswer) -> S3UploadAnswer {
        guard other.head.status >= 400, other.problem != nil else { return self }
        return S3UploadAnswer(operation, other.head, other.body, usedChecksums: usedChecksums)
    }

    var isSuccess: Bool { (200...299).contains(head.status) && problem == nil }

    var saysNoSuchUpload: Bool { problem?.code == "NoSuchUpload" }

    /// Whether these credentials are not allowed what was only asked to be sure.
    var forbidsLooking: Bool { head.status == 403 && problem?.code == "AccessDenied" }

    /// Whether what was only asked to be sure cannot be known here: it is forbidden, or the store cannot tell.
    var tellsNothing: Bool { forbidsLooking || head.status == 501 }

    /// Whether the store does not know `If-None-Match` on this request. Where it does not say what it cannot do, the
    /// checksums were to blame first.
    var refusesCondition: Bool {
        let message = FieldSyntax.lowercased(problem?.message ?? "")
        let namesCondition = message.contains("if-none-match") || message.contains("condition")
        switch head.status {
        case 400: return namesCondition
        case 501: return namesCondition || !usedChecksums || operation == .completeMultipartUpload
        default: return false
        }
    }
}
