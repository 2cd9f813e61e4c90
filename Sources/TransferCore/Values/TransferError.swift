/// Why a request or a transfer did not succeed: a stable code and a detail for people.
public struct TransferError: Error, Hashable, Sendable {
    public let code: Code
    /// One clear sentence, or part of one, made safe to show.
    public let detail: SafeText

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = SafeText(detail)
    }

    /// The detail and, where one is known, the remedy.
    public var sentence: String {
        code.remedy.map { "\(detail): \($0)" } ?? detail.description
    }

    /// What went wrong. The raw values are persisted and shown by `--json`: never change one.
    public enum Code: String, Sendable, Codable, CaseIterable {
        // Asking again may help.
        case cannotResolve = "cannot-resolve"
        case cannotConnect = "cannot-connect"
        case connectionLost = "connection-lost"
        case timedOut = "timed-out"
        case stalled
        case shortBody = "short-body"
        case serverBusy = "server-busy"
        case serverError = "server-error"
        case digestMismatchOfChunk = "chunk-digest-mismatch"
        case badResponse = "bad-response"
        case locked
        // The two sides have to agree anew.
        case remoteChanged = "remote-changed"
        case rangeIgnored = "range-ignored"
        case rangeNotSatisfiable = "range-not-satisfiable"
        case partLost = "part-lost"
        case uploadLost = "upload-lost"
        case chunkConflict = "chunk-conflict"
        case incomplete
        case remoteConflict = "remote-conflict"
        // A person has to act.
        case unauthorized
        case noCredentials = "no-credentials"
        case forbidden
        case proxyAuthentication = "proxy-authentication"
        case certificate
        case diskFull = "disk-full"
        case permissionDenied = "permission-denied"
        case nameTaken = "name-taken"
        case partTaken = "part-taken"
        case folderMissing = "folder-missing"
        case fileFailure = "file-failure"
        case digestMismatch = "digest-mismatch"
        case tooManyAttempts = "too-many-attempts"
        case sourceChanged = "source-changed"
        case sourceMissing = "source-missing"
        case sourceUnreadable = "source-unreadable"
        case remoteNameTaken = "remote-name-taken"
        case remoteFull = "remote-full"
        case uploadMismatch = "upload-mismatch"
        case chunkTooLarge = "chunk-too-large"
        case digestOutdated = "digest-outdated"
        case abortFailed = "abort-failed"
        // Nothing helps.
        case notFound = "not-found"
        case gone
        case refused
        case redirectRefused = "redirect-refused"
        case malformed
        case unsupported
        case tooLarge = "too-large"
    }

    /// What to do about an error.
    public enum Disposition: Sendable {
        /// Try the same request again, later.
        case retry
        /// Ask the remote what holds now, and adapt.
        case reconcile
        /// Pause the transfer and name the remedy.
        case needsUser
        /// End the transfer.
        case fatal
    }

    public var disposition: Disposition { code.disposition }
}

extension TransferError.Code {
    /// The one table from code to disposition.
    public var disposition: TransferError.Disposition {
        switch self {
        case .cannotResolve, .cannotConnect, .connectionLost, .timedOut, .stalled, .shortBody, .serverBusy,
            .serverError, .digestMismatchOfChunk, .badResponse, .locked:
            .retry
        case .remoteChanged, .rangeIgnored, .rangeNotSatisfiable, .partLost, .uploadLost, .chunkConflict, .incomplete,
            .remoteConflict:
            .reconcile
        case .unauthorized, .noCredentials, .forbidden, .proxyAuthentication, .certificate, .diskFull,
            .permissionDenied, .nameTaken,
            .partTaken,
            .folderMissing, .fileFailure, .digestMismatch, .tooManyAttempts, .sourceChanged, .sourceMissing,
            .sourceUnreadable,
            .remoteNameTaken, .remoteFull, .uploadMismatch, .chunkTooLarge, .digestOutdated, .abortFailed:
            .needsUser
        case .notFound, .gone, .refused, .redirectRefused, .malformed, .unsupported, .tooLarge:
            .fatal
        }
    }

    /// Whether nothing was heard of the remote: as soon as it answers anybody, another try is worth it.
    public var isOutage: Bool {
        switch self {
        case .cannotResolve, .cannotConnect, .connectionLost, .timedOut, .stalled: true
        default: false
        }
    }

    /// What a person can do about it, as a clause that follows the error's detail; `nil` where nothing is known.
    public var remedy: String? {
        switch self {
        case .unauthorized, .forbidden:
            "check the address and its credentials (--header, --netrc, for s3:// the AWS settings), then retry"
        case .noCredentials: "when that is mended, retry"
        case .proxyAuthentication: "put the proxy's user and password into the proxy variable, then retry"
        case .certificate: "name the authority with --cacert, or accept any with --insecure"
        case .diskFull: "free some space, then retry"
        case .permissionDenied: "make the folder writable, then retry"
        case .nameTaken: "move the other file away or add again with --overwrite, then retry"
        case .partTaken: "wait for the other transfer or move that file away, then retry"
        case .partLost: "retry fetches what is missing again"
        case .folderMissing: "create the folder, then retry"
        case .fileFailure: "check the disk, then retry"
        case .digestMismatch: "retry fetches the whole file again; what was fetched stays until then"
        case .tooManyAttempts: "retry tries again"
        case .sourceChanged: "retry sends the new content from the start"
        case .sourceMissing: "put the file back, then retry"
        case .sourceUnreadable: "make the file readable, then retry"
        case .remoteNameTaken:
            "remove the file there and retry, or add this one under another name (s3:// also takes --overwrite)"
        case .remoteFull: "free some space on the server, then retry"
        case .uploadMismatch:
            "retry sends the whole file again; if --sha256 was wrong, remove the transfer and add it anew"
        case .chunkTooLarge: "remove it and add it again with a smaller --chunk-size, such as 1M"
        case .digestOutdated: "remove it and add it again"
        case .abortFailed: "remove tries again, and `carryon remove --force` leaves it there"
        case .tooLarge: "send it to a server that takes files of this size"
        case .notFound, .gone, .refused: "check the address"
        default: nil
        }
    }
}
