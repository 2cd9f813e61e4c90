import TransferCore

/// One refusal, looked at from all sides.
struct S3RefusalCase {
    let operation: S3Operation
    let head: ResponseHead
    let problem: S3Problem?
    let region: String
    let now: WallTime

    var error: TransferError {
        if let problem, let meaning = S3ErrorCodes.meaning(problem.code, of: operation) { return explained(meaning) }
        switch head.status {
        case 200...299:
            // The end of an upload that began as a success: botocore takes any such for a failure of the store.
            return explained(.serverError, "the store has failed after it began to answer")
        case 300...399: return elsewhere
        case 404 where problem == nil && needsUpload:
            // Only the store's own word for it: what a proxy says in a bad minute must not cost what was sent.
            return explained(.badResponse, answer)
        case 404 where operation == .headObject || operation == .getObject:
            return explained(.notFound, "there is no such object in the bucket, or no such bucket")
        case 412: return explained(S3ErrorCodes.unmetCondition(operation))
        case 507: return explained(.remoteFull, answer)
        default: return explained(HTTPStatus.error(head.status).code, answer)
        }
    }

    var recovery: S3Recovery {
        if let region = otherRegion { return .useRegion(region) }
        guard let problem else { return .none }
        if S3ErrorCodes.expired.contains(problem.code) { return .reloadCredentials }
        if S3ErrorCodes.skewed.contains(problem.code) {
            return head["Date"].flatMap { HTTPDate.parse($0, now: now) }.map(S3Recovery.correctClock) ?? .none
        }
        return refusesChecksums(problem) ? .withoutChecksums : .none
    }

    // MARK: Recoveries

    /// Where the bucket is, if that is why the request was refused. After a `HEAD` only the status speaks for it.
    private var otherRegion: String? {
        guard problem.map({ S3ErrorCodes.elsewhere.contains($0.code) }) ?? ([301, 307, 308, 400].contains(head.status))
        else { return nil }
        let named = head["x-amz-bucket-region"].map { FieldSyntax.trimmed($0) } ?? problem?.region
        return named.flatMap { $0 != region && S3Endpoint.isRegion($0) ? $0 : nil }
    }

    /// Stores that do not know checksums say so in three ways. Those that know them name a wrong value `BadDigest`.
    private func refusesChecksums(_ problem: S3Problem) -> Bool {
        guard [.createMultipartUpload, .uploadPart, .putObject].contains(operation) else { return false }
        let message = FieldSyntax.lowercased(problem.message ?? "")
        switch problem.code {
        case "InvalidArgument", "InvalidRequest": return message.contains("checksum")
        // Often it does not say what; of a condition it does.
        case "NotImplemented", "XNotImplemented":
            return message.contains("checksum") || !message.contains("if-none-match") && !message.contains("condition")
        default: return false
        }
    }

    // MARK: Sentences

    private var needsUpload: Bool {
        [.uploadPart, .listParts, .completeMultipartUpload, .abortMultipartUpload].contains(operation)
    }

    private var answer: String {
        "\(head.status == 407 ? "the proxy" : "the store") answers \(HTTPStatus.description(head.status))"
    }

    private var elsewhere: TransferError {
        guard head.status != 307 else { return explained(.serverBusy, "the store is still moving the bucket") }
        guard let region = otherRegion else {
            return explained(
                .redirectRefused, "\(answer): the bucket is at another endpoint, to be named with --endpoint-url")
        }
        return explained(.redirectRefused, "the bucket is in the region \(region)")
    }

    private func explained(_ meaning: S3ErrorCodes.Meaning) -> TransferError {
        explained(meaning.code, meaning.words)
    }

    private func explained(_ code: TransferError.Code, _ words: String) -> TransferError {
        TransferError(code, problem?.explaining(words) ?? words)
    }
}
