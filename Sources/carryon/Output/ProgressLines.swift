import Glibc
import TerminalUI
import TransferCore

/// Tells on standard error how transfers go: what happened as lines of their own, and below them one line of progress,
/// which is rewritten on a terminal and repeated every five seconds elsewhere.
struct ProgressLines {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown: Set<TransferID>?
    private var lastEvent: EngineEvent?
    private var lastLine: Instant?
    private var isLineOpen = false

    /// - Parameter shown: Only these transfers are told of; `nil` for all.
    init(only shown: Set<TransferID>?) {
        self.shown = shown
    }

    /// How long until the next call is worthwhile, in milliseconds; -1 for not before something changes.
    func timeout(after snapshot: EngineSnapshot) -> Int32 {
        snapshot.isIdle ? -1 : isTerminal ? 250 : 5000
    }

    /// Takes a new picture.
    mutating func show(_ snapshot: EngineSnapshot) {
        tell(newEvents(snapshot.events), snapshot)
        let interval: Duration = isTerminal ? .milliseconds(250) : .seconds(5)
        if let lastLine, snapshot.takenAt - lastLine < interval { return }
        let line = progress(snapshot)
        // The first line comes when there is something to tell.
        guard let line else { return }
        lastLine = snapshot.takenAt
        if isTerminal {
            write("\r\u{1B}[K" + fitted(line))
            isLineOpen = true
        } else {
            write(line + "\n")
        }
    }

    /// Takes the progress line away.
    mutating func finish() {
        if isLineOpen { write("\r\u{1B}[K") }
        isLineOpen = false
    }

    private mutating func newEvents(_ events: [EngineEvent]) -> ArraySlice<EngineEvent> {
        let start = lastEvent.flatMap { last in events.lastIndex(of: last) }.map { $0 + 1 } ?? 0
        lastEvent = events.last ?? lastEvent
        return events[start...]
    }

    private mutating func tell(_ events: ArraySlice<EngineEvent>, _ snapshot: EngineSnapshot) {
        for event in events {
            guard let id = event.transfer, shown?.contains(id) != false else { continue }
            let row = snapshot.transfers.first { $0.id == id }
            var text = event.text.description
            if event.kind == .success, let row, row.state == .completed { text += Self.summary(row) }
            finish()
            write("\(id) \(row?.name.description ?? "-"): \(text)\n")
        }
    }

    private static func summary(_ row: TransferSnapshot) -> String {
        var text = ", \(Format.size(row.bytesTotal ?? row.bytesDone))"
        if row.retries > 0 { text += ", \(row.retries) failed tries survived" }
        // Of an upload the server has compared every chunk; what it says of the whole is its own word.
        if row.sha256 != nil, row.direction == .download { text += ", SHA-256 verified" }
        return text
    }

    private func progress(_ snapshot: EngineSnapshot) -> String? {
        let rows = snapshot.transfers.filter { shown?.contains($0.id) != false }
        let running = rows.filter { $0.state.isRunning }
        guard !running.isEmpty else { return nil }
        let done = rows.reduce(Int64(0)) { $0 + $1.bytesDone }
        let total = rows.reduce(Int64(0)) { $0 + ($1.bytesTotal ?? $1.bytesDone) }
        let rate = running.reduce(0.0) { $0 + $1.bytesPerSecond }
        // Before the first answer there is nothing to count.
        guard total > 0 else { return nil }
        var parts = [
            "\(Format.percent(done, of: total, isComplete: false)) of \(Format.size(total))", "\(Format.speed(rate))",
        ]
        if rate >= 1, total > done, running.contains(where: { $0.timeLeft != nil }) {
            parts.append("\(Format.duration(.seconds(Double(total - done) / rate))) left")
        }
        let inFlight = running.reduce(Int64(0)) { $0 + $1.bytesInFlight }
        if inFlight > 0 { parts.append("\(Format.size(inFlight)) in flight") }
        parts.append(Self.count(running.reduce(0) { $0 + $1.connections }, "connection"))
        let finished = rows.filter { $0.state == .completed }.count
        if rows.count > 1 { parts.append("\(finished) of \(rows.count) complete") }
        if let until = running.compactMap(\.waitingUntil).max(), running.allSatisfy({ $0.state == .waiting }) {
            parts.append("waiting \(Format.duration(until - snapshot.takenAt))")
        }
        return parts.joined(separator: ", ")
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private func fitted(_ line: String) -> String {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return line }
        return String(line.prefix(Int(size.ws_col) - 1))
    }

    private func write(_ text: String) {
        Diagnostics.write(text)
    }
}
