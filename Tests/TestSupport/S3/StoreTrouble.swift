import TransferCore

/// One thing that goes wrong between a client and a ``ScriptedStore``: at which requests, how often, and what happens.
/// Troubles are data; a list of them, with ``StoreRules``, is a scenario.
///
/// The first of a list that matches a request strikes it, and no other.
public struct StoreTrouble: Sendable {
    public enum Effect: Sendable {
        /// Nothing is done, and that is said; without a code nobody says why.
        case refuse(Int, String? = nil, fields: [HeaderField] = [], more: String = "")
        /// What was asked for is done, but the answer is only this status.
        case answerWrongly(Int)
        /// What was asked for is done, and the connection ends without an answer.
        case loseAnswer
        /// A TCP RST after so many bytes of the body; nothing is done.
        case reset(after: Int64)
        /// So many bytes of the body are taken and no more, until the client goes away: a middle that lasts.
        case stall(after: Int64)
        /// What was asked for is done; before the answer, and behind its first line, there is white space.
        case answerLate
        /// What was asked for is done after so long a silence.
        case silence(Duration)
        /// 200, and then a refusal behind white space; nothing is done.
        case failLate(String)
        /// Something else happens at the store first.
        case meanwhile(@Sendable (inout StoreContent) -> Void)
    }

    let operation: StoreRequest.Operation
    let part: Int?
    let skipped: Int
    let times: Int
    let effect: Effect

    /// - Parameters:
    ///   - part: Strikes only this part.
    ///   - skipped: Requests of that kind that pass before the first is struck.
    ///   - times: How many are struck.
    public init(
        _ operation: StoreRequest.Operation, part: Int? = nil, after skipped: Int = 0, times: Int = 1, _ effect: Effect
    ) {
        self.operation = operation
        self.part = part
        self.skipped = skipped
        self.times = times
        self.effect = effect
    }
}

/// What a ``ScriptedStore`` is like, for all requests.
public struct StoreRules: Sendable {
    /// How requests for another region are refused.
    public enum Elsewhere: Sendable {
        /// 301, with the region in a field.
        case redirect
        /// 400 AuthorizationHeaderMalformed, with the region in the body.
        case malformed
    }

    /// How a store refuses checksums that it does not know.
    public enum UnknownChecksums: Sendable, CaseIterable {
        case notImplemented, invalidArgument, invalidRequest
    }

    /// Where the buckets are; `nil` takes any region.
    public var region: (name: String, refusal: Elsewhere)?
    /// What the store's clock is ahead of the true time, in seconds; `nil` takes any.
    public var clockOffset: Int?
    /// Access keys that were good once.
    public var expiredKeys: Set<String> = []
    public var unknownChecksums: UnknownChecksums?
    public var knowsConditions = true
    /// Entries on a page of `ListParts`.
    public var pageSize = 1000
    /// The smallest part but the last, in bytes.
    public var smallestPart = 5 << 20

    public init() {}

    /// Why this request is not looked at any closer; `nil` if it is.
    ///
    /// - Parameter now: The true time in seconds since 1970.
    func refusal(of request: StoreRequest, now: Int) -> StoreReply? {
        if let region, request.region != region.name {
            switch region.refusal {
            case .redirect:
                return .refusal(301, "PermanentRedirect", fields: [HeaderField("x-amz-bucket-region", region.name)])
            case .malformed:
                return .refusal(400, "AuthorizationHeaderMalformed", more: "<Region>\(region.name)</Region>")
            }
        }
        if let clockOffset {
            guard let signedAt = request.signedAt, abs(signedAt - now - clockOffset) <= 15 * 60 else {
                return .refusal(403, "RequestTimeTooSkewed")
            }
        }
        if let key = request.accessKey, expiredKeys.contains(key) { return .refusal(400, "ExpiredToken") }
        if let unknownChecksums, request.declaresChecksums {
            switch unknownChecksums {
            case .notImplemented:
                let message = "A header you provided implies functionality that is not implemented."
                return .refusal(501, "NotImplemented", message)
            case .invalidArgument: return .refusal(400, "InvalidArgument", "Unsupported header x-amz-checksum-sha256")
            case .invalidRequest: return .refusal(400, "InvalidRequest", "Checksum algorithm is not supported")
            }
        }
        if !knowsConditions, request.isConditional {
            let message = "A header you provided implies functionality that is not implemented."
            return .refusal(501, "NotImplemented", message)
        }
        return nil
    }
}
