import TransferCore

/// How requests of one order are signed, and what is changed about that when a store refuses one: each thing once.
struct S3Negotiation: Sendable {
    enum Next: Sendable {
        /// Make the same request again, signed anew.
        case again
        /// The same, once there are other credentials.
        case afterReload
        /// The refusal stands.
        case giveUp
    }

    /// Whether the store gets SHA-256 to check what it is sent.
    private(set) var usesChecksums: Bool
    /// What the last request was signed with.
    private var used: (access: S3Access, clockOffset: Duration)?
    private var hasReloaded = false
    private var hasCorrectedClock = false
    private var hasLearntRegion = false
    /// How often another order of the transfer had changed things meanwhile.
    private var changesByOthers = 0

    private static let mostChangesByOthers = 3

    init(usesChecksums: Bool) {
        self.usesChecksums = usesChecksums
    }

    /// The region that the last request was signed for.
    var region: String { used?.access.endpoint.region ?? "" }

    /// The request as it goes out, with the user's fields.
    mutating func sign(
        _ request: S3UploadRequest, _ access: S3Access, _ memory: RemoteMemory, options: TransferOptions,
        version: String, now: WallTime
    ) -> DialogueRequest {
        var access = access
        if let region = memory.region.flatMap(access.endpoint.inRegion) { access.endpoint = region }
        used = (access, memory.clockOffset)
        let fields = RequestFields.merge(
            fixed: [HeaderField("Accept-Encoding", "identity")] + request.fields,
            standard: request.standard + [HeaderField("User-Agent", "carryon/\(version)")],
            custom: S3UserFields.fields(options.headers, for: request.operation), sendsCustom: true)
        let url = access.endpoint.url(bucket: request.bucket, key: request.key, query: request.query)
        let signed = SigV4.sign(
            HTTPRequest(method: request.method, url: url, headers: fields), payloadHash: request.payloadHash,
            access: access, at: now + memory.clockOffset)
        return DialogueRequest(signed, body: request.body, longestAnswer: request.longestAnswer)
    }

    /// - Parameter now: When the refusal came.
    mutating func adapt(to recovery: S3Recovery, _ memory: inout RemoteMemory, now: WallTime) -> Next {
        switch recovery {
        case .none: return .giveUp
        case .reloadCredentials:
            if isNews(memory.access?.credentials != used?.access.credentials) { return .again }
            guard !hasReloaded else { return .giveUp }
            hasReloaded = true
            return .afterReload
        case .correctClock(let theirs):
            if isNews(memory.clockOffset != used?.clockOffset) { return .again }
            guard !hasCorrectedClock else { return .giveUp }
            hasCorrectedClock = true
            memory.clockOffset = .milliseconds(theirs.milliseconds - now.milliseconds)
            return .again
        case .useRegion(let region):
            guard !hasLearntRegion else { return .giveUp }
            hasLearntRegion = true
            memory.region = region
            return .again
        case .withoutChecksums:
            guard usesChecksums else { return .giveUp }
            usesChecksums = false
            return .again
        }
    }

    /// Another order of the transfer may have met with the same and mended it already.
    private mutating func isNews(_ differs: Bool) -> Bool {
        guard differs, changesByOthers < Self.mostChangesByOthers else { return false }
        changesByOthers += 1
        return true
    }
}
