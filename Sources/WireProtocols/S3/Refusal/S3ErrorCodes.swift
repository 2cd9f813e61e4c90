import TransferCore

/// The one table from S3's error codes to ours.
///
/// Source: Amazon S3 API Reference, "List of error codes"; those with `XMinio` and some others are of stores that speak
/// S3 as well.
enum S3ErrorCodes {
    struct Meaning {
        let code: TransferError.Code
        /// What has happened, as the beginning of a sentence.
        let words: String

        init(_ code: TransferError.Code, _ words: String) {
            self.code = code
            self.words = words
        }
    }

    /// `nil` for a code that is not known: the status says it then.
    static func meaning(_ code: String, of operation: S3Operation) -> Meaning? {
        if code == "PreconditionFailed" { return unmetCondition(operation) }
        // `Throttling`, `ThrottlingException`, `ThrottledException`.
        return table[code] ?? (code.hasPrefix("Throttl") ? busy : nil)
    }

    /// A condition of an upload is that there is nothing, one of a download that there is still the same.
    static func unmetCondition(_ operation: S3Operation) -> Meaning {
        operation.isOfUpload
            ? nameTaken
            : Meaning(.remoteChanged, "the object has changed")
    }

    static let nameTaken = Meaning(.remoteNameTaken, "the bucket has an object of that key already")
    static let expired: Set = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken"]
    static let skewed: Set = ["RequestTimeTooSkewed"]
    static let elsewhere: Set = [
        "PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError", "IllegalLocationConstraintException", "IncorrectEndpoint",
    ]

    private static let busy = Meaning(.serverBusy, "the store asks for fewer requests")
    private static let table = rows.reduce(into: [String: Meaning]()) { table, row in
        for code in row.0.split(separator: " ") { table[String(code)] = row.1 }
    }

    /// Codes with a space between them.
    private static let rows: [(String, Meaning)] = [
        (
            "SlowDown SlowDownRead SlowDownWrite RequestLimitExceeded RequestThrottled RequestThrottledException "
                + "TooManyRequests TooManyRequestsException BandwidthLimitExceeded LimitExceededException "
                + "ServiceUnavailable ServerBusy", busy
        ),
        ("OperationAborted PriorRequestNotComplete", Meaning(.serverBusy, "the store is at something else there")),
        ("RequestTimeout RequestTimeoutException", Meaning(.timedOut, "the store waited too long for data")),
        ("IncompleteBody", Meaning(.connectionLost, "the store got less than was announced")),
        (
            "BadDigest XAmzContentSHA256Mismatch XAmzContentChecksumMismatch InvalidDigest",
            Meaning(.digestMismatchOfChunk, "it came to the store with other bytes than were sent")
        ),
        ("InternalError InternalServerError", Meaning(.serverError, "the store has failed")),
        ("NoSuchUpload", Meaning(.uploadLost, "the store does not know this upload any more")),
        ("InvalidPart InvalidPartOrder", Meaning(.incomplete, "the store lacks parts of the file")),
        ("ConditionalRequestConflict", Meaning(.remoteConflict, "the key was written by somebody else meanwhile")),
        ("EntityTooLarge MaxMessageLengthExceeded", Meaning(.tooLarge, "that is more than the store takes")),
        ("EntityTooSmall", Meaning(.refused, "a part is smaller than the store takes")),
        ("NoSuchBucket", Meaning(.notFound, "there is no such bucket")),
        ("NoSuchKey NoSuchVersion", Meaning(.notFound, "there is no such object in the bucket")),
        (
            "AccessDenied AllAccessDisabled AccountProblem NotSignedUp UnauthorizedAccess",
            Meaning(.forbidden, "the store does not allow it")
        ),
        (
            "InvalidObjectState",
            Meaning(.forbidden, "the object is archived and has to be restored before it can be read")
        ),
        ("InvalidAccessKeyId", Meaning(.unauthorized, "the store does not know the access key")),
        (
            "SignatureDoesNotMatch",
            Meaning(.unauthorized, "the store does not accept the signature: the secret key is wrong")
        ),
        (
            "AuthorizationHeaderMalformed AuthorizationQueryParametersError MissingSecurityHeader "
                + "MissingAuthenticationToken InvalidSecurity CredentialsNotSupported AccessKeyDisabled",
            Meaning(.unauthorized, "the store does not accept the credentials")
        ),
        (
            "ExpiredToken ExpiredTokenException TokenRefreshRequired",
            Meaning(.unauthorized, "the credentials have expired")
        ),
        ("InvalidToken", Meaning(.unauthorized, "the store does not accept the session token")),
        ("RequestTimeTooSkewed", Meaning(.unauthorized, "the clock here and the store's differ too much")),
        (
            "PermanentRedirect Redirect IllegalLocationConstraintException IncorrectEndpoint",
            Meaning(.redirectRefused, "the bucket is in another region or at another endpoint")
        ),
        ("TemporaryRedirect", Meaning(.serverBusy, "the store is still moving the bucket")),
        ("KeyTooLongError KeyTooLong", Meaning(.malformed, "the key is too long for the store")),
        ("InvalidBucketName", Meaning(.malformed, "the store takes no bucket of that name")),
        ("InvalidURI XMinioInvalidObjectName", Meaning(.malformed, "the store takes no key of that form")),
        (
            "QuotaExceeded QuotaExceededException XMinioStorageFull XMinioAdminBucketQuotaExceeded InsufficientStorage "
                + "StorageFull OverQuota",
            Meaning(.remoteFull, "the store has no room left")
        ),
        ("InvalidRange", Meaning(.rangeNotSatisfiable, "the object is shorter than expected")),
        ("NotImplemented XNotImplemented", Meaning(.unsupported, "the store cannot do that")),
    ]
}
