import ArgumentParser
import TransferCore

/// `carryon receipts`.
struct ReceiptsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts", abstract: "Show what proves that the remote has each chunk of an upload.",
        discussion: """
            One line for each chunk: its number, its first byte and the byte behind its last one, the SHA-256 that the \
            remote accepted, what the remote calls the stored bytes (ETag), and when. --json prints one array of objects \
            with `index start end sha256 etag storedAt`.
            """)

    @OptionGroup var state: StateOption

    @Argument(help: "The number of the transfer.")
    var id: Int64

    @Flag(help: "Print one JSON array of objects.")
    var json = false

    func run() throws {
        try reporting {
            Signals.ignoreBrokenPipes()
            let workplace = try Workplace(state: state.folder)
            let id = TransferID(self.id)
            let record = try workplace.transfer(id)
            guard record.direction == .upload else {
                throw UsageError(
                    "transfer \(id) is a download, and receipts are of uploads: `carryon verify \(id)` checks it")
            }
            let receipts = ListedReceipt.all(of: record, try workplace.store.loadChunks(of: id))
            if json { return try JSONOutput.print(receipts) }
            if receipts.isEmpty {
                Diagnostics.say(
                    "carryon: transfer \(id) has no chunks\(record.state == .completed ? ": the file is empty" : " yet")"
                )
            }
            for line in Columns.lines(receipts.map(\.row), right: [0, 1, 2]) { print(line) }
        }
    }
}
