import ArgumentParser
import TerminalUI
import TransferCore
import TransferStore

/// `carryon list`.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the queue.")

    @OptionGroup var state: StateOption

    @Flag(help: "Print one JSON array of objects.")
    var json = false

    func run() throws {
        try reporting {
            Signals.ignoreBrokenPipes()
            let workplace = try Workplace(state: state.folder)
            let queue = try workplace.store.loadQueue()
            if json { return try JSONOutput.print(queue.map(ListedTransfer.init)) }
            if queue.isEmpty { Diagnostics.say("The queue is empty. `carryon add https://…` puts something into it.") }
            for record in queue { print(Self.line(record)) }
        }
    }

    /// Number, state, how far, name, and what there is to say.
    private static func line(_ record: TransferRecord) -> String {
        let listed = ListedTransfer(record)
        let size = listed.bytesTotal
        let share = size.map { total in
            "\(Format.percent(record.bytesDone, of: total, isComplete: record.state == .completed))"
        }
        let columns = [
            pad(record.id.description, 5), padRight(record.state.rawValue, 10), pad(share ?? "-", 5),
            pad(size.map { "\(Format.size($0))" } ?? "-", 9),
        ]
        let places = "\(SafeText(listed.source)) -> \(SafeText(listed.destination))"
        var line = columns.joined(separator: " ") + "  " + places
        if let error = record.error { line += "  (\(error.detail))" }
        return line
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func padRight(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// `carryon show`.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one transfer with its chunks and its last attempts.")

    @OptionGroup var state: StateOption

    @Argument(help: "The number of the transfer.")
    var id: Int64

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        try reporting {
            Signals.ignoreBrokenPipes()
            let workplace = try Workplace(state: state.folder)
            let id = TransferID(self.id)
            let record = try workplace.transfer(id)
            let shown = ShownTransfer(
                record, chunks: try workplace.store.loadChunks(of: id),
                attempts: try workplace.store.loadAttempts(of: id))
            if json { return try JSONOutput.print(shown) }
            print(Self.text(record, shown))
        }
    }

    private static func text(_ record: TransferRecord, _ shown: ShownTransfer) -> String {
        let transfer = shown.transfer
        var lines: [(String, String?)] = [
            ("transfer", "\(transfer.id), \(transfer.state)"),
            ("source", transfer.source),
            ("destination", transfer.destination),
            ("unfinished", shown.partPath),
            ("address", shown.address == transfer.source ? nil : shown.address),
            ("validator", shown.validator),
            ("bytes", "\(transfer.bytesDone)" + (transfer.bytesTotal.map { " of \($0)" } ?? ", size unknown")),
        ]
        if let total = transfer.chunksTotal, let chunkSize = shown.chunkSize {
            lines.append(("chunks", "\(transfer.chunksDone) of \(total), \(Format.binarySize(chunkSize)) each"))
        }
        lines += [
            ("retries", transfer.retries == 0 ? nil : "\(transfer.retries)"),
            ("sha-256", transfer.sha256),
            ("created", transfer.createdAt),
            ("finished", transfer.finishedAt),
            ("last", transfer.explanation),
            ("error", transfer.error.map { error in error.remedy.map { "\(error.detail): \($0)" } ?? error.detail }),
        ]
        var text = lines.compactMap { name, value in
            value.map { name + String(repeating: " ", count: 13 - name.count) + SafeText($0).description }
        }
        if !shown.attempts.isEmpty { text.append("attempts") }
        text += shown.attempts.map { attempt in
            let status = attempt.status.map { " \($0)" } ?? ""
            let detail = attempt.detail.map { ": \(SafeText($0))" } ?? ""
            return "  #\(attempt.chunk) \(attempt.startedAt) \(attempt.durationMs) ms, \(attempt.bytes) bytes,"
                + "\(status) \(attempt.outcome)\(detail)"
        }
        return text.joined(separator: "\n")
    }
}
