import TransferCore

/// How requests to a store are signed, and what is changed about that when the store refuses one: each thing once. It
/// is for one request, or for several that belong together.
public struct S3Negotiation: Sendable {
    public enum Next: Sendable {
        /// Make the same request again, signed anew.
        case again
        /// The same, once there are other credentials.
        case afterReload
        /// The refusal stands.
        case giveUp
    }

    /// Whether the store gets SHA-256 to check what it is sent.
    public private(set) var usesChecksums: Bool
    /// What the last request was signed with.
    private var used: (access: S3Access, clockOffset: Duration)?
    private var hasReloaded = false
    private var hasCorrectedClock = false
    private var hasLearntRegion = false
    /// How often others had changed things in the same memory meanwhile.
    private var changesByOthers = 0

    private static let mostChangesByOthers = 3

    public init(usesChecksums: Bool) {
        self.usesChecksums = usesChecksums
    }

    /// The region that the last request was signed for.
    public var region: String { used?.access.endpoint.region ?? "" }

    /// The request as it goes out.
    ///
    /// - Parameters:
    ///   - access: As the memory has it.
    ///   - memory: What is known of the store besides.
    ///   - custom: The user's fields, of which those go along that belong to such a request.
    ///   - version: The version in `User-Agent`; `nil` sends none.
    public mutating func sign(
        _ request: S3Request, _ access: S3Access, _ memory: RemoteMemory, custom: [HeaderField] = [],
        version: String?, now: WallTime
    ) -> HTTPRequest {
        let access = access.inRegion(memory.region)
        used = (access, memory.clockOffset)
        let fields = RequestFields.merge(
            fixed: [HeaderField("Accept-Encoding", "identity")] + request.fields,
            standard: request.standard + (version.map { [HeaderField("User-Agent", "carryon/\($0)")] } ?? []),
            custom: S3UserFields.fields(custom, for: request.operation), sendsCustom: true)
        let url = access.endpoint.url(bucket: request.bucket, key: request.key, query: request.query)
        return SigV4.sign(
            HTTPRequest(method: request.method, url: url, headers: fields), payloadHash: request.payloadHash,
            access: access, at: now + memory.clockOffset)
    }

    /// What is to be done after a refusal. What is learnt from it goes into the memory.
    ///
    /// - Parameter now: When the refusal came.
    public mutating func adapt(to recovery: S3Recovery, _ memory: inout RemoteMemory, now: WallTime) -> Next {
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

    /// For a store that is known to refuse checksums.
    mutating func leaveOutChecksums() {
        usesChecksums = false
    }

    /// Another request may have met with the same and mended it already.
    private mutating func isNews(_ differs: Bool) -> Bool {
        guard differs, changesByOthers < Self.mostChangesByOthers else { return false }
        changesByOthers += 1
        return true
    }
}
