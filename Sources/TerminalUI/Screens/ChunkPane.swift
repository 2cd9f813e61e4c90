import TransferCore

/// The chunk under the cursor and the tries at it.
struct ChunkPane {
    let state: AppState
    let transfer: TransferSnapshot
    let detail: TransferDetail?
    let cells: GridLayout

    func draw(in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        guard transfer.chunks.indices.contains(state.grid.cursor) else {
            canvas.rule([Span("Chunk", .muted)], in: area.line(0))
            return
        }
        let range = cells.range(ofCell: cells.cell(ofChunk: state.grid.cursor))
        let attempts = detail?.attempts.filter { range.contains($0.chunk) } ?? []
        canvas.rule(
            [Span(title(range), .muted)], note: note(attempts.count { $0.outcome.error != nil }), in: area.line(0))
        canvas.put(status, in: area.line(1).inset(columns: 1))
        for (offset, attempt) in attempts.suffix(max(0, area.rows - 2)).enumerated() {
            canvas.put(line(attempt, isShared: range.count > 1), in: area.line(offset + 2).inset(columns: 1))
        }
    }

    private func title(_ range: Range<Int>) -> Label {
        range.count == 1 ? "Chunk #\(range.lowerBound)" : "Chunks #\(range.lowerBound)–\(range.upperBound - 1)"
    }

    private func note(_ attempts: Int) -> Label {
        switch attempts {
        case 0: ""
        case 1: "1 attempt failed"
        default: "\(attempts) attempts failed"
        }
    }

    private var status: [Span] {
        let chunk = transfer.chunks[state.grid.cursor]
        let face = ChunkFace(CollectionOfOne(chunk))
        let isSafe = chunk.state == .done || chunk.state == .skipped
        var spans = [
            Span("#\(state.grid.cursor)  ", .muted), Span(chunk.label, face.isProblem ? .warning : .text),
            Span("  \(Format.percent(Int64(chunk.share), of: 255, isComplete: isSafe))"),
            Span(transfer.direction == .upload && chunk.state == .active ? " sent" : ""),
        ]
        if let size = detail?.chunkSize {
            let start = Int64(state.grid.cursor) * size
            let end = min(start + size, transfer.bytesTotal ?? .max)
            if end > start {
                let bytes: Label = "bytes \(Format.count(Int(start)))–\(Format.count(Int(end - 1)))"
                spans.append(Span("  \(bytes)", .muted))
            }
        }
        return spans
    }

    private func line(_ attempt: Attempt, isShared: Bool) -> [Span] {
        var spans = [Span("\(Format.timeOfDay(attempt.startedAt, utcOffset: state.utcOffset))  ", .muted)]
        if isShared { spans.append(Span("#\(attempt.chunk)  ", .muted)) }
        let status: Label = attempt.status.map { "\($0)" } ?? "no answer"
        spans.append(Span("\(status)  \(Format.size(attempt.bytes)) in \(Format.latency(attempt.duration))  "))
        if let latency = attempt.timeToFirstByte { spans.append(Span("ttfb \(Format.latency(latency))  ", .muted)) }
        switch attempt.outcome {
        case .success: spans.append(Span("ok", .success))
        case .failure(let error): spans.append(Span(Label(error.detail), .error))
        }
        return spans
    }
}

/// The requests that are under way.
struct InFlightPane {
    let transfer: TransferSnapshot
    let detail: TransferDetail?

    func draw(in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        let requests = detail?.inFlight ?? []
        let rows = area.rows - 1
        let count = requests.count
        canvas.rule(
            [Span("In flight", .muted)],
            note: count > rows ? "\(rows) of \(count) requests" : (count == 1 ? "1 request" : "\(count) requests"),
            in: area.line(0))
        for (offset, request) in requests.prefix(max(0, rows)).enumerated() {
            draw(request, in: area.line(offset + 1).inset(columns: 1), on: &canvas)
        }
        if requests.isEmpty && rows > 0 {
            canvas.put([Span("no request is under way", .muted)], in: area.line(1).inset(columns: 1))
        }
    }

    private func draw(_ request: RequestSnapshot, in area: Area, on canvas: inout Canvas) {
        let name: Label = "#\(request.chunk)"
        let width = max(6, name.width)
        canvas.put(name, row: area.row, column: area.column, columns: width, style: .muted)
        let bar = min(24, max(8, area.columns - width - 42))
        var column = area.column + width + 1
        let share = ChunkStatus.share(request.chunkBytes, of: chunkLength(request.chunk))
        let status = ChunkStatus(state: .active, share: min(254, share))
        let isUpload = transfer.direction == .upload
        canvas.put(ChunkBar.faces(of: status, isUpload: isUpload, columns: bar), row: area.row, column: column)
        column += bar + 1
        let percent = Format.percent(Int64(share), of: 255, isComplete: share == 255).leftPadded(to: 4)
        let speed = Format.speed(request.bytesPerSecond).leftPadded(to: 10)
        var spans = [Span("\(percent)  \(speed)  ")]
        if let latency = request.timeToFirstByte {
            spans.append(Span("ttfb \(Format.latency(latency).leftPadded(to: 6))  ", .muted))
        }
        spans.append(Span(request.status.map { "\($0)" } ?? waiting(request), .muted))
        canvas.put(spans, row: area.row, column: column, columns: area.column + area.columns - column)
    }

    /// What a request without a status is doing.
    private func waiting(_ request: RequestSnapshot) -> Label {
        guard transfer.direction == .upload else { return "asking…" }
        // Whatever is sent counts only once the server says so.
        return request.chunkBytes < chunkLength(request.chunk) ? "sending" : "sent, not acknowledged"
    }

    private func chunkLength(_ chunk: Int) -> Int64 {
        guard let size = detail?.chunkSize else { return .max }
        guard let total = transfer.bytesTotal else { return size }
        return max(1, min(size, total - Int64(chunk) * size))
    }
}
