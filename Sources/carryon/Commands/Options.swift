import ArgumentParser
import Foundation
import TransferCore
import WireProtocols

/// The state folder, on every subcommand.
struct StateOption: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "The folder of queue and bookmarks. Without it $CARRYON_STATE, else ~/.local/state/carryon.",
            valueName: "dir"))
    var folder: String?
}

/// What can be wished for a new transfer.
struct TransferOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("The SHA-256 that the whole file must have.", valueName: "hex"))
    var sha256: String?

    @Option(help: ArgumentHelp("Requests at the same time, 1 to 64.", valueName: "n"))
    var connections: Int?

    @Option(
        name: .customLong("chunk-size"),
        help: ArgumentHelp("Bytes in each chunk, such as 4M; from 64K to 64M.", valueName: "bytes"))
    var chunkSize: String?

    @Option(
        name: [.customLong("header"), .customShort("H")],
        help: ArgumentHelp(
            "A field to send with every request to the same origin. It is kept in the state folder until the transfer "
                + "is removed.", valueName: "k: v"))
    var headers: [String] = []

    @Flag(help: "Replace a file of the same name once the new one is complete.")
    var overwrite = false

    @Option(help: ArgumentHelp("Trust the authorities in this file instead of the system's.", valueName: "file"))
    var cacert: String?

    @Flag(name: [.customLong("insecure"), .customShort("k")], help: "Accept any certificate.")
    var insecure = false

    @Flag(name: [.customLong("netrc"), .customShort("n")], help: "Take user and password from ~/.netrc.")
    var netrc = false

    /// The transfers that the arguments wish for.
    ///
    /// - Throws: `UsageError`.
    func wishes(
        _ arguments: [String], _ settings: Settings, downloadFolder: String
    ) throws -> WishParser.Wishes {
        try WishParser.wishes(
            arguments,
            defaults: WishParser.Defaults(
                downloadFolder: downloadFolder, uploadConnections: connections ?? settings.uploadConnections),
            options: try options(settings))
    }

    /// The options in the engine's terms.
    ///
    /// - Throws: `UsageError`.
    func options(_ settings: Settings) throws -> TransferOptions {
        var options = TransferOptions()
        options.connections = connections ?? settings.connections
        guard (1...64).contains(options.connections) else { throw UsageError("--connections takes 1 to 64") }
        if let chunkSize {
            guard let bytes = ByteCount.parse(chunkSize),
                (ChunkPlan.minimumChunkSize...ChunkPlan.maximumChunkSize).contains(bytes)
            else { throw UsageError("--chunk-size takes 64K to 64M, not \(chunkSize)") }
            options.chunkSize = bytes
        }
        if let sha256 {
            let digest = sha256.lowercased()
            guard digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit) else {
                throw UsageError("--sha256 takes 64 hexadecimal digits")
            }
            options.sha256 = digest
        }
        options.headers = try headers.map(Self.header)
        options.overwrite = overwrite
        options.insecure = insecure
        options.netrc = netrc
        if let cacert {
            let path = Paths.absolute(cacert)
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw UsageError("--cacert: cannot read \(path)")
            }
            options.certificateAuthorities = path
        }
        return options
    }

    private static func header(_ text: String) throws -> HeaderField {
        guard let colon = text.firstIndex(of: ":") else {
            throw UsageError("--header takes a name, a colon and a value")
        }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let field = HeaderField(String(text[..<colon]), String(value))
        do throws(TransferError) {
            try HTTPDownload.validate(userHeader: field)
        } catch {
            throw UsageError("--header: \(error.detail)")
        }
        return field
    }
}

/// Byte counts as people write them.
enum ByteCount {
    /// `4096`, `64K`, `4M`, `1G`, `1MiB`: multiples of 1,024.
    static func parse(_ text: String) -> Int64? {
        var digits = text.uppercased()
        for ending in ["IB", "B"] where digits.hasSuffix(ending) {
            digits.removeLast(ending.count)
            break
        }
        var factor: Int64 = 1
        if let unit = digits.last, let power = "KMGT".firstIndex(of: unit) {
            factor = 1 << (10 * Int64("KMGT".distance(from: "KMGT".startIndex, to: power) + 1))
            digits.removeLast()
        }
        guard let value = Int64(digits), value >= 0 else { return nil }
        let (bytes, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }
}

/// Which transfers a command is about.
struct SelectionArguments: ParsableArguments {
    @Argument(help: "The numbers of the transfers, as `carryon list` shows them.")
    var ids: [Int64] = []

    @Flag(help: "All transfers of the queue.")
    var all = false

    /// The transfers meant, all of which exist.
    ///
    /// - Throws: `UsageError`.
    func resolve(in queue: [TransferRecord]) throws -> [TransferID] {
        guard all != !ids.isEmpty else { throw UsageError("name transfers by number, or say --all") }
        if all { return queue.map(\.id) }
        let known = Set(queue.map(\.id))
        for id in ids where !known.contains(TransferID(id)) { throw UsageError("there is no transfer \(id)") }
        return ids.map { TransferID($0) }
    }
}
