import TransferCore

/// The facts of one chunk, as lines of the inspector.
struct InspectorText {
    let state: AppState
    let transfer: TransferSnapshot
    let detail: TransferDetail?
    let index: Int

    var chunk: ChunkStatus { transfer.chunks[index] }

    /// What the engine tells of this very chunk, once it does.
    var watched: WatchedChunk? { detail?.chunk.flatMap { $0.index == index ? $0 : nil } }

    private var isUpload: Bool { transfer.direction == .upload }

    /// Where it lies, what has become of it, how fast.
    var place: [[Span]] {
        var lines: [[Span]] = []
        if let range = watched?.range {
            let bytes: Label = "bytes \(Format.count(Int(range.start)))–\(Format.count(Int(range.end - 1)))"
            lines.append(TransferFacts.fact("range", "\(bytes)  (\(Format.binarySize(range.length)))"))
        }
        let face = ChunkFace(CollectionOfOne(chunk))
        let isSafe = chunk.state == .done || chunk.state == .skipped
        let percent = Format.percent(Int64(chunk.share), of: 255, isComplete: false)
        let word: Label = isUpload && chunk.state == .active ? "sent" : "safe"
        var spans = TransferFacts.fact("state", "")
        spans.append(Span(chunk.label, face.isProblem ? .warning : .text))
        if !isSafe { spans.append(Span("   \(percent) \(word)")) }
        lines.append(spans)
        if let watched, watched.failures > 0 {
            var spans = TransferFacts.fact("tries", "\(watched.failures) of \(watched.triesAllowed) failed")
            if let countdown { spans.append(Span("   next in \(countdown)", .warning)) }
            lines.append(spans)
        }
        if let request = detail?.inFlight.first(where: { $0.chunk == index }) {
            lines.append(TransferFacts.fact("now", "\(Format.size(request.chunkBytes)) \(isUpload ? "sent" : "here")"))
            lines[lines.count - 1].append(Span("   \(Format.speed(request.bytesPerSecond))"))
        } else if let speed = detail?.speeds[index] {
            var text = Format.speed(speed)
            if let latency = detail?.latencies[index] {
                text = "\(text)   ttfb \(Format.latency(.microseconds(Int64(latency))))"
            }
            lines.append(TransferFacts.fact("speed", text))
        }
        return lines
    }

    /// Until the next try; `nil` if none is waited for.
    var countdown: Label? {
        guard let next = watched?.nextTry, next > state.now else { return nil }
        return Format.countdown(next - state.now)
    }

    /// What proves that its bytes are the right ones.
    var proof: [[Span]] {
        var lines: [[Span]] = []
        if isUpload {
            if let sha256 = watched?.receipt?.sha256 {
                lines.append(TransferFacts.fact("sha-256", Label(sanitizing: sha256)))
            }
            if let tag = watched?.receipt?.entityTag {
                lines.append(TransferFacts.fact("etag", Label(sanitizing: tag)))
            }
            if let time = watched?.receipt?.storedAt {
                let text = Format.timeOfDay(time, utcOffset: state.utcOffset)
                lines.append(TransferFacts.fact("receipt", "came at \(text)"))
            }
            if lines.isEmpty {
                let isSafe = chunk.state == .done || chunk.state == .skipped
                lines.append(
                    TransferFacts.fact("receipt", isSafe ? "the server only named it as received" : "none yet"))
            }
        } else if let checksum = watched?.checksum, let bytes = watched?.safeBytes {
            let text = Label(sanitizing: Self.hex(checksum))
            lines.append(TransferFacts.fact("crc-32c", "\(text) over \(Format.size(bytes))"))
        } else {
            lines.append(TransferFacts.fact("crc-32c", watched == nil ? "asking…" : "none yet"))
        }
        if let validator = detail?.validator { lines.append(TransferFacts.fact("version", Label(validator))) }
        return lines
    }

    /// Every try that is kept, under a heading.
    func attempts(columns: Int) -> [[Span]] {
        let isWide = columns >= 60
        var lines: [[Span]] = []
        for (number, attempt) in (watched?.attempts ?? []).enumerated() {
            lines.append(line(attempt, number: number + 1, isWide: isWide))
        }
        if lines.isEmpty {
            lines.append([Span(watched == nil ? "asking…" : "no try has failed", .muted)])
            return lines
        }
        if let countdown {
            lines.append([Span("\(Label("next").leftPadded(to: 4))  ", .muted), Span("in \(countdown)", .warning)])
        }
        if isWide {
            lines.insert([Span("   #  started      ttfb       speed     bytes  http  outcome", .muted)], at: 0)
        }
        return lines
    }

    private func line(_ attempt: Attempt, number: Int, isWide: Bool) -> [Span] {
        let status: Label = attempt.status.map { "\($0)" } ?? "—"
        let time = Format.timeOfDay(attempt.startedAt, utcOffset: state.utcOffset)
        var spans: [Span] = []
        if isWide {
            let seconds = attempt.duration.inSeconds
            let speed: Label = seconds > 0 ? Format.speed(Double(attempt.bytes) / seconds) : "—"
            let latency: Label = attempt.timeToFirstByte.map(Format.latency) ?? "—"
            spans.append(Span("\(Label("\(number)").leftPadded(to: 4))  \(time)  ", .muted))
            spans.append(Span("\(latency.leftPadded(to: 7))  \(speed.leftPadded(to: 10))  "))
            spans.append(Span("\(Format.size(attempt.bytes).leftPadded(to: 8))  \(status.leftPadded(to: 4))  "))
        } else {
            spans.append(Span("\(time)  \(status)  "))
        }
        switch attempt.outcome {
        case .success: spans.append(Span("ok", .success))
        case .failure(let error): spans.append(Span(Label(error.detail), .error))
        }
        return spans
    }

    /// The head of the last answer that was trouble.
    var answer: [[Span]] {
        guard let head = watched?.head else { return [[Span("none that was trouble, or too long ago", .muted)]] }
        var lines: [[Span]] = [[Span("HTTP \(head.status)", .bold)]]
        for field in head.fields { lines.append([Span("\(Label(field.name)): ", .muted), Span(Label(field.value))]) }
        if head.isCut { lines.append([Span("… the rest is not kept", .muted)]) }
        return lines
    }

    private static func hex(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
