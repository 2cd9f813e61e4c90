extension DownloadMachine {
    /// What a failed request means for the transfer.
    mutating func failed(
        _ id: RequestID, _ span: SpanPlanner.Span, _ report: RequestReport, _ error: TransferError,
        retryAfter: Duration?, facts: RemoteFacts?, wasSent: (address: String, isConditional: Bool)?, _ moment: Moment
    ) {
        record.retries += 1
        let gained = report.receivedEnd - span.range.start
        let failures = gained > 0 ? 1 : span.failures + 1

        if resolvesAnew(error, askedAt: wasSent?.address, moment) {
            _ = planner.end(id, receivedEnd: report.receivedEnd, failures: failures)
            return
        }
        switch error.code {
        case .remoteChanged:
            _ = planner.end(id, receivedEnd: report.receivedEnd)
            versionChanged(error, facts, moment)
        case .rangeIgnored:
            _ = planner.end(id, receivedEnd: report.receivedEnd)
            rangeIgnored(error, facts, wasConditional: wasSent?.isConditional ?? false, moment)
        case .rangeNotSatisfiable where record.version == nil:
            // The file ends before the first byte that was asked for, which only an odd server says.
            again(id, report, TransferError(.badResponse, error.detail.description), failures, retryAfter, moment)
        case .rangeNotSatisfiable where facts?.total != nil && facts?.total != record.version?.size:
            _ = planner.end(id, receivedEnd: report.receivedEnd)
            versionChanged(error, facts, moment)
        case .rangeNotSatisfiable:
            again(id, report, TransferError(.badResponse, error.detail.description), failures, retryAfter, moment)
        default:
            switch error.disposition {
            case .retry, .reconcile: again(id, report, error, failures, retryAfter, moment)
            case .needsUser, .fatal:
                _ = planner.end(id, receivedEnd: report.receivedEnd)
                close(.failed(error), moment)
            }
        }
    }

    /// Whether a signed or mirrored address has gone stale; the one that the user gave leads to a new one.
    mutating func resolvesAnew(_ error: TransferError, askedAt asked: String?, _ moment: Moment) -> Bool {
        guard let version = record.version, let asked, asked != record.source,
            [.unauthorized, .forbidden, .notFound, .gone].contains(error.code)
        else { return false }
        // Requests that were under way to the stale address bring the same news later.
        if asked != version.address { return true }
        guard reResolutions == 0 else { return false }
        reResolutions += 1
        record.version?.address = record.source
        note(.retry, "\(error.detail): asking the original address again", moment)
        return true
    }

    /// Tries the rest of a span again, later.
    mutating func again(
        _ id: RequestID, _ report: RequestReport, _ error: TransferError, _ failures: Int, _ retryAfter: Duration?,
        _ moment: Moment
    ) {
        let limit = record.version == nil ? min(settings.retry.limit, 8) : settings.retry.limit
        let delay = settings.retry.delay(afterFailures: failures, retryAfter: retryAfter, using: &random)
        let notBefore = moment.now + delay
        guard failures < limit else {
            _ = planner.end(id, receivedEnd: report.receivedEnd)
            let detail = "\(failures) tries in a row without a byte, the last: \(error.detail)"
            return close(.failed(TransferError(.tooManyAttempts, detail)), moment)
        }
        let (_, rest) = planner.end(
            id, receivedEnd: report.receivedEnd, notBefore: notBefore, failures: failures,
            isOutage: retryAfter == nil && error.code.isOutage)!
        if let version = record.version, !version.isResumable {
            return restart(because: "\(error.detail), and the server cannot resume", notBefore: notBefore, moment)
        }
        if needsComparisonBefore(rest) { needsComparison = true }
        guard let version = record.version else {
            return note(.retry, "\(error.detail), try \(failures + 1) in \(delay.spoken)", moment)
        }
        let chunk = min(Int(rest.start / version.chunkSize), max(0, table.count - 1))
        table.failed(chunk, isRefetch: error.code == .digestMismatchOfChunk)
        note(.retry, "#\(chunk) \(error.detail), again in \(delay.spoken)", moment)
    }

    /// Whether what follows has to be of the version that came before, and only a comparison can tell.
    func needsComparisonBefore(_ rest: ByteRange) -> Bool {
        guard let version = record.version, version.isResumable, version.size != nil else { return false }
        return !version.validator.isStrong && rest.start > 0
    }

    /// The remote file is not the one that was begun.
    private mutating func versionChanged(_ error: TransferError, _ facts: RemoteFacts?, _ moment: Moment) {
        guard record.version != nil else {
            return restart(because: error.detail.description, moment)
        }
        // Some networks change the tag with every answer, or every machine behind an address has its own.
        if restarts >= 2, !isSingleStream {
            isSingleStream = true
            return restart(because: "the remote file looks different in every answer, so one connection", moment)
        }
        restart(because: error.detail.description, moment)
    }

    /// The server answered 200 with the whole file to a request for a part of it.
    private mutating func rangeIgnored(
        _ error: TransferError, _ facts: RemoteFacts?, wasConditional: Bool, _ moment: Moment
    ) {
        guard let version = record.version else {
            isSingleStream = true
            return restart(because: error.detail.description, moment)
        }
        if let seen = facts?.validator, version.validator.isStrong, Self.tells(seen, from: version.validator) {
            return versionChanged(TransferError(.remoteChanged, "the remote file has changed"), facts, moment)
        }
        if wasConditional {
            // Some networks ignore a range that comes with a condition; without it, each answer is compared instead.
            guard !omitsPrecondition else { return }
            omitsPrecondition = true
            return note(.retry, "\(error.detail): asking once more without a condition", moment)
        }
        isSingleStream = true
        restart(because: "the server ignores ranges", moment)
    }

    /// Whether two validators are of different versions. How strong a date is changes with the time of the answer.
    private static func tells(_ seen: Validator, from known: Validator) -> Bool {
        guard known.entityTag == nil else { return seen.entityTag != known.entityTag }
        return seen.lastModified != known.lastModified
    }
}
