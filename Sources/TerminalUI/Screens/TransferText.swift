import TransferCore

/// The words for a transfer that several screens share.
enum TransferText {
    /// Which way it goes.
    static func arrow(_ transfer: TransferSnapshot) -> Label {
        transfer.direction == .download ? "↓" : "↑"
    }

    /// The share that is safe; 100 % only for a finished file.
    static func percent(_ transfer: TransferSnapshot) -> Label {
        let isComplete = transfer.state == .completed
        guard let total = transfer.bytesTotal else { return isComplete ? "100%" : "—" }
        return Format.percent(transfer.bytesDone, of: total, isComplete: isComplete)
    }

    /// How fast it is. What only goes out is marked: nobody has said yet that it arrived.
    static func speed(_ transfer: TransferSnapshot) -> Label {
        transfer.isSending ? "↑\(Format.speed(transfer.shownRate))" : Format.speed(transfer.shownRate)
    }

    static func timeLeft(_ transfer: TransferSnapshot) -> Label {
        transfer.timeLeft.map(Format.duration) ?? "—"
    }

    /// Where it stands, in `columns`.
    static func status(_ transfer: TransferSnapshot, now: Instant, columns: Int) -> Span {
        switch transfer.state {
        case .queued: return Span("queued", .muted)
        case .preparing: return Span("preparing", .accent)
        case .active:
            let connections = transfer.connections
            let word: Label = transfer.isSending ? "sending" : "active"
            guard connections > 0 else { return Span(word, .accent) }
            return Span(short(["\(word), \(connections) conn", word], columns: columns), .accent)
        case .waiting:
            guard let until = transfer.waitingUntil, until > now else { return Span("retrying", .warning) }
            let left = Format.countdown(until - now)
            return Span(short(["retry in \(left)", "in \(left)"], columns: columns), .warning)
        case .paused:
            guard let error = transfer.error else { return Span("paused", .muted) }
            return Span(short(["paused: \(code(error))", code(error)], columns: columns), .error)
        case .verifying: return Span("verifying", .accent)
        case .completed: return Span("done ✓", .success)
        case .failed:
            guard let error = transfer.error else { return Span("failed", .error) }
            return Span(short(["failed: \(code(error))", "failed"], columns: columns), .error)
        }
    }

    /// What is wrong, and what a person can do about it; empty if all is well.
    static func error(_ transfer: TransferSnapshot) -> Label? {
        transfer.error.map { error in
            guard let remedy = error.code.remedy else { return Label(error.detail) }
            return "\(error.detail) — \(Label(sanitizing: remedy))"
        }
    }

    /// How far it is, in as many words as fit; the first parts matter most.
    static func progress(_ transfer: TransferSnapshot, isMovementShown: Bool = false, columns: Int) -> Label {
        var parts: [Label] = []
        if let total = transfer.bytesTotal {
            parts.append(transfer.state == .completed ? Format.size(total) : Format.size(transfer.bytesDone, of: total))
        } else {
            parts.append("\(Format.size(transfer.bytesDone)) of unknown size")
        }
        if transfer.chunksTotal > 0 {
            parts.append("\(Format.count(transfer.chunksDone)) of \(Format.count(transfer.chunksTotal)) chunks")
        }
        if transfer.bytesInFlight > 0 { parts.append("\(Format.size(transfer.bytesInFlight)) in flight") }
        if transfer.retries > 0 {
            parts.append(transfer.retries == 1 ? "1 retry" : "\(Format.count(transfer.retries)) retries")
        }
        if isMovementShown {
            if transfer.isSending {
                parts.insert("sending \(Format.speed(transfer.shownRate))", at: 1)
            } else if transfer.bytesPerSecond > 0 {
                parts.insert(speed(transfer), at: 1)
            }
            if transfer.timeLeft != nil { parts.insert("ETA \(timeLeft(transfer))", at: min(2, parts.count)) }
        }
        // Of what has come to its end there is nothing to resume.
        switch transfer.state.isFinal ? nil : transfer.isResumable {
        case true?: parts.append("can resume")
        case false?: parts.append("cannot resume")
        case nil: break
        }
        let separator: Label = " · "
        while parts.count > 1 && parts.joined(separator: separator).width > columns { parts.removeLast() }
        return parts.joined(separator: separator)
    }

    private static func code(_ error: TransferError) -> Label {
        error.code.words
    }

    /// The first that fits, else the last.
    private static func short(_ labels: [Label], columns: Int) -> Label {
        labels.first { $0.width <= columns } ?? labels[labels.count - 1]
    }
}

extension TransferSnapshot {
    /// Whether bytes of an upload go out much faster than the remote acknowledges them, as while a first large chunk is
    /// on its way.
    var isSending: Bool {
        direction == .upload && state == .active && bytesSentPerSecond > 2 * bytesPerSecond
    }

    /// How fast it is: what is safe counts, but what goes out is no standstill.
    var shownRate: Double { isSending ? bytesSentPerSecond : bytesPerSecond }
}
