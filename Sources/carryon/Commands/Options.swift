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
        help: ArgumentHelp(
            "Bytes in each chunk, such as 4M; from 64K to 64M. Of an upload to s3://, in each part: from 5M to 5G.",
            valueName: "bytes"))
    var chunkSize: String?

    @Option(
        name: [.customLong("header"), .customShort("H")],
        help: ArgumentHelp(
            "A field to send with every request to the same origin. It is kept in the state folder until the transfer "
                + "is removed.", valueName: "k: v"))
    var headers: [String] = []

    @Flag(help: "Replace a file of the same name once the new one is complete.")
    var overwrite = false

    @Flag(name: [.customLong("netrc"), .customShort("n")], help: "Take user and password from ~/.netrc.")
    var netrc = false

    @OptionGroup var connection: ConnectionOptionGroup
    @OptionGroup var store: StoreOptionGroup

    /// The transfers that the arguments wish for.
    ///
    /// - Parameter signals: If given, any of them ends what takes long: a long list, the digest of a large file.
    /// - Throws: `UsageError`, and why a store cannot be asked.
    func wishes(
        _ arguments: [String], _ settings: Settings, downloadFolder: String, signals: Signals? = nil
    ) throws -> WishParser.Wishes {
        let access = AWSAccess()
        var options = try options(settings)
        if arguments.contains(where: { RemoteKind($0) == .s3 }) {
            options.store = try store.resolved(access)
        } else if !store.isEmpty {
            throw UsageError(
                "--profile, --endpoint-url, --region, --path-style and --virtual-host-style are for addresses with s3://"
            )
        }
        let parser = WishParser(
            defaults: WishParser.Defaults(
                downloadFolder: downloadFolder, uploadConnections: connections ?? settings.uploadConnections,
                chunkSize: chunkSize),
            options: options, lookups: lookups(access, options.store, try connection.connection(), signals))
        return try parser.wishes(arguments)
    }

    private func lookups(
        _ access: AWSAccess, _ store: StoreOptions, _ connection: ConnectionOptions, _ signals: Signals?
    ) -> WishParser.Lookups {
        func client(_ bucket: String) throws -> BucketClient {
            try BucketClient(bucket: bucket, access: access, options: store, connection: connection)
        }
        return WishParser.Lookups(
            objects: { location in
                let client = try client(location.bucket)
                return try Background.wait(signals) { try await client.objects(below: location.key) }
            },
            hasObject: { location in
                let client = try client(location.bucket)
                return try Background.wait(signals) { try await client.hasObject(location.key) }
            },
            digest: { path in
                try Background.wait(signals, forBlocking: { try FileReading.sha256(of: path) })
            })
    }

    /// The options in the engine's terms.
    ///
    /// - Throws: `UsageError`.
    func options(_ settings: Settings) throws -> TransferOptions {
        var options = TransferOptions()
        options.connections = connections ?? settings.connections
        guard (1...64).contains(options.connections) else { throw UsageError("--connections takes 1 to 64") }
        if let chunkSize {
            guard let bytes = ByteCount.parse(chunkSize) else {
                throw UsageError("--chunk-size takes a number of bytes, such as 4M, not \(chunkSize)")
            }
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
        options.insecure = connection.insecure
        options.netrc = netrc
        options.certificateAuthorities = try connection.certificateAuthorities()
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
