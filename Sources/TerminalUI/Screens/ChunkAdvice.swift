import TransferCore

/// What a chunk goes through, and what comes of it, in one sentence.
enum ChunkAdvice {
    static func sentence(_ chunk: ChunkStatus, _ detail: WatchedChunk?, of transfer: TransferSnapshot) -> Label {
        switch chunk.state {
        case .done where chunk.retries > 0: "It had trouble and is safe now; nothing is to be done."
        case .done: "It is written and checked; nothing is to be done."
        case .skipped: "It was there when the transfer began; it is not transferred again."
        case .verifying where transfer.direction == .upload: "The server has it; that is being recorded."
        case .verifying: "All of it has come; it is being written and recorded."
        case .active where chunk.retries == 0 && !chunk.isRefetch: moving(transfer)
        case .pending where chunk.retries == 0 && !chunk.isRefetch: pending(transfer)
        case .active, .pending, .waiting, .failed: trouble(chunk, detail, transfer)
        }
    }

    private static func moving(_ transfer: TransferSnapshot) -> Label {
        transfer.direction == .upload
            ? "It is being sent; it counts once the server says that it has it."
            : "Its bytes arrive; what is written stays, whatever happens."
    }

    private static func pending(_ transfer: TransferSnapshot) -> Label {
        switch transfer.state {
        case .paused: "It comes when the transfer goes on (p)."
        case .failed: "It comes when the transfer is tried again (r)."
        case .queued: "It comes when it is the turn of the transfer."
        default: "It comes when a connection is free."
        }
    }

    private static func trouble(
        _ chunk: ChunkStatus, _ detail: WatchedChunk?, _ transfer: TransferSnapshot
    ) -> Label {
        guard let error = detail?.attempts.last(where: { $0.outcome.error != nil })?.outcome.error else {
            return chunk.isRefetch
                ? "It did not match its checksum: it is transferred again."
                : "Tries at it failed; r tries again at once."
        }
        if transfer.state == .failed || transfer.state == .paused {
            return error.code.remedy.map { "The transfer stopped: \(Label(sanitizing: $0))." }
                ?? "The transfer stopped; r tries again."
        }
        return reason(error.code)
    }

    private static func reason(_ code: TransferError.Code) -> Label {
        switch code {
        case .serverBusy: "The server limits requests: it is asked after the pause; r asks now."
        case .serverError: "The server has trouble: it is asked after a growing pause; r asks now."
        case .connectionLost, .shortBody: "The line broke: what has come is kept, the rest is asked for anew."
        case .timedOut, .stalled: "Nothing came for too long: the rest is asked for once more."
        case .cannotResolve, .cannotConnect: "The server cannot be reached: once it answers anybody, it is asked."
        case .digestMismatchOfChunk: "It came with other bytes than were sent: it is transferred again."
        case .locked: "The server works on it already: it is asked again soon."
        case .badResponse: "The answer cannot be right: it is asked again after a pause."
        default: "The try failed; what follows stands in the events."
        }
    }
}
