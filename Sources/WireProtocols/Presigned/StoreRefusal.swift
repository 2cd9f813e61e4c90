import TransferCore

/// Why an object store did not take a chunk at an address that the server has signed.
struct StoreRefusal {
    private let refusal: S3Refusal
    private let status: Int
    private let problem: S3Problem?

    init(head: ResponseHead, problem: S3Problem?, now: WallTime) {
        // No region: the address is as it is.
        refusal = S3Refusal(.uploadPart, head: head, problem: problem, region: "", now: now)
        status = head.status
        self.problem = problem
    }

    /// Whether the address is at fault, so that another one may do.
    var isOfAddress: Bool { status == 401 || status == 403 || hasExpired }

    /// Whether the upload is gone at the store. Whether that is so is for the server to say.
    var isOfUpload: Bool { problem?.code == "NoSuchUpload" }

    /// How long the store asks to be left alone.
    var retryAfter: Duration? { error.disposition == .retry ? refusal.retryAfter : nil }

    var error: TransferError {
        if hasExpired {
            return explained(.serverError, "the store takes the address that the server has just signed for expired")
        }
        if isOfAddress { return explained(.forbidden, "the store refuses the address that the server has just signed") }
        if isOfUpload {
            return explained(
                .serverError, "the store does not know the upload any more that the server has begun there")
        }
        return refusal.error
    }

    /// By any of the three clocks that have a say in it, or with the credentials that it was signed with.
    private var hasExpired: Bool {
        switch refusal.recovery {
        case .reloadCredentials, .correctClock: return true
        case .none, .useRegion, .withoutChecksums: break
        }
        guard let problem else { return false }
        return S3ErrorCodes.skewed.contains(problem.code)
            || FieldSyntax.lowercased(problem.message ?? "").contains("expired")
    }

    private func explained(_ code: TransferError.Code, _ words: String) -> TransferError {
        TransferError(code, problem?.explaining(words) ?? "\(words) (\(HTTPStatus.description(status)))")
    }
}
