import TransferCore

/// What may turn a refusal into success. Each is to be tried once: the second time the error stands.
public enum S3Recovery: Sendable, Hashable {
    /// Nothing but what the error's disposition says.
    case none
    /// Read the credentials again, and sign anew.
    case reloadCredentials
    /// The store's time, at which the answer was sent; sign with the difference between the clocks.
    case correctClock(from: WallTime)
    /// Sign for that region, and with AWS ask its host.
    case useRegion(String)
    /// Leave out the fields that have to do with checksums: the store does not know them.
    case withoutChecksums
}

/// Why an object store did not do what it was asked for.
///
/// Source: Amazon S3 API Reference, "Error responses"; `botocore/retries/standard.py`.
public struct S3Refusal: Sendable, Hashable {
    public let error: TransferError
    public let recovery: S3Recovery
    /// How long the store asks to be left alone, if the same request may be made again.
    public let retryAfter: Duration?

    /// Something stands where an upload was to go that is not to be replaced.
    public static let nameTaken = TransferError(S3ErrorCodes.nameTaken.code, S3ErrorCodes.nameTaken.words)

    /// What answers is a proxy, a portal or a plain web server: it says that something is there, and no store does that
    /// without its entity tag.
    static let noStore = TransferError(
        .unsupported, "what answers there is no object store (it names no ETag): check the endpoint (--endpoint-url)")

    /// - Parameters:
    ///   - head: Of an answer that is no success; or of a 200 whose body is a problem, as the completion of an upload may
    ///     have one.
    ///   - problem: What the body says; `nil` if it says nothing, as after a `HEAD` or from a proxy.
    ///   - region: What the request was signed for: the same one again is no recovery.
    ///   - now: The time at which the answer came.
    public init(_ operation: S3Operation, head: ResponseHead, problem: S3Problem?, region: String, now: WallTime) {
        let refusal = S3RefusalCase(operation: operation, head: head, problem: problem, region: region, now: now)
        error = refusal.error
        recovery = refusal.recovery
        retryAfter =
            error.disposition == .retry
            ? head["Retry-After"].flatMap { RetryAfter.parse($0, now: now, dateField: head["Date"]) } : nil
    }
}
