import ArgumentParser
import Foundation
import TransferCore
import UploadServer

/// `carryon serve`: the chunk server.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract:
            "Take in uploads in chunks, each verified and durable before it is acknowledged, and serve the files.",
        discussion: """
            Finished files lie in the folder `files` of the data folder under their names, or, with tokens, in \
            `owners/OWNER`. The state of unfinished uploads is a database there: kill the server at any time, and \
            clients carry on where they stood. SIGTERM and Ctrl-C let running requests finish.

              carryon serve                                       on 127.0.0.1:7270, for this machine
              carryon serve --listen :7270 --token-file tokens --tls-cert chain.pem --tls-key key.pem
              carryon add big.iso http://127.0.0.1:7270/          from another terminal

            A token file has lines of an owner and a token: `alice 4kQ…`. Each owner sees only what is theirs. \
            Clients send their token with --header 'Authorization: Bearer 4kQ…'.

            With --s3 the server holds no bytes: the data folder keeps what was received, clients send their chunks \
            straight to the bucket, and downloads are sent there too. Credentials, region and endpoint come from the \
            environment and files that other AWS tools use.

              carryon serve --s3 s3://bucket/uploads/
            """)

    @Option(help: ArgumentHelp("Where to listen: HOST:PORT, or :PORT for all interfaces.", valueName: "address"))
    var listen = "127.0.0.1:7270"

    @Option(help: ArgumentHelp("The data folder. Without it ~/.local/share/carryon/server.", valueName: "dir"))
    var data: String?

    @Option(
        name: .customLong("token-file"),
        help: ArgumentHelp("Owners and their tokens. Required unless only this machine can connect.", valueName: "file")
    )
    var tokenFile: String?

    @Option(name: .customLong("tls-cert"), help: ArgumentHelp("A certificate chain in PEM.", valueName: "file"))
    var certificate: String?

    @Option(name: .customLong("tls-key"), help: ArgumentHelp("The certificate's key in PEM.", valueName: "file"))
    var key: String?

    @Option(
        name: .customLong("max-file-size"),
        help: ArgumentHelp("The largest file, such as 500G; 64T without it.", valueName: "bytes"))
    var largestFile: String?

    @Option(help: ArgumentHelp("What stays free on the disk; 256M without it.", valueName: "bytes"))
    var reserve: String?

    @Option(
        name: .customLong("max-uploads"),
        help: ArgumentHelp("Unfinished uploads of one owner; 1000 without it.", valueName: "n"))
    var openUploads: Int?

    @Option(
        name: .customLong("expire-after"),
        help: ArgumentHelp(
            "Days after its last chunk at which an unfinished upload is deleted; 7 without it.",
            valueName: "days"))
    var lifetime: Int?

    @Option(help: ArgumentHelp("Memory for chunks under way, 1M and up; 48M without it.", valueName: "bytes"))
    var memory: String?

    @Option(
        name: .customLong("s3"),
        help: ArgumentHelp(
            "Have clients send their chunks straight to this bucket, with addresses that the server signs for them.",
            valueName: "s3://bucket[/prefix]"))
    var bucket: String?

    @OptionGroup var store: StoreOptionGroup

    @Flag(name: [.customLong("quiet"), .customShort("q")], help: "Log warnings and errors only.")
    var isQuiet = false

    func run() throws {
        try reporting {
            let signals = Signals()
            let configuration = try configuration()
            let settings = try settings()
            let store = try objectStore(signals)
            var logger = LogFile.standardError()
            if isQuiet { logger.logLevel = .warning }
            let folder = try dataFolder()
            let ended = try EndNotice()
            let server = try RunningServer(
                { [logger] onListening in
                    try ChunkServer(
                        configuration, folder: folder, settings: settings, store: store, logger: logger,
                        onListening: onListening)
                }, onEnd: { ended.signal() })
            let scheme = configuration.tls == nil ? "http" : "https"
            let host = server.address.host == nil ? "HOST\(server.address)" : "\(server.address)"
            let place = store.map { ", files in \(SafeText($0.location.text))" } ?? ""
            Diagnostics.say("carryon serve: listening on \(scheme)://\(host)/, data in \(folder)\(place)")
            if ended.waits(with: signals) == .signal {
                Diagnostics.say("carryon serve: stopping; running requests may finish, a second signal cuts them off")
                server.stop()
                if ended.waits(with: signals) == .signal { throw Exit.interrupted }
            }
            try server.wait()
        }
    }

    /// The folder that is named, or the usual one, which may be the first thing of its kind in a new home.
    private func dataFolder() throws -> String {
        if let data { return Paths.absolute(data) }
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? NSHomeDirectory()
        let base = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.local/share"
        let parent = base + "/carryon"
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw Failure("cannot create the folder \(parent); name another one with --data")
        }
        return parent + "/server"
    }

    private func configuration() throws -> ServerConfiguration {
        var configuration = ServerConfiguration(
            address: try ListenAddress(listen), tokenFile: tokenFile.map(Paths.absolute))
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?):
            configuration.tls = .init(
                certificateChain: Paths.absolute(certificate), privateKey: Paths.absolute(key))
        default: throw UsageError("--tls-cert and --tls-key belong together")
        }
        return configuration
    }

    private func settings() throws -> UploadSettings {
        var settings = UploadSettings()
        if let bytes = try count(largestFile, "--max-file-size", from: 1) {
            settings.largestFile = min(bytes, ChunkPlan.maximumSize)
        }
        if let bytes = try count(reserve, "--reserve", from: 0) { settings.reserve = bytes }
        if let bytes = try count(memory, "--memory", from: 1 << 20) { settings.memory = Int(bytes) }
        if let openUploads {
            guard openUploads > 0 else { throw UsageError("--max-uploads takes 1 and up") }
            settings.openUploadsPerOwner = openUploads
        }
        if let lifetime {
            guard (1...36_500).contains(lifetime) else { throw UsageError("--expire-after takes 1 to 36500 days") }
            settings.lifetime = .seconds(Int64(lifetime) * 86_400)
        }
        return settings
    }

    private func count(_ text: String?, _ option: String, from least: Int64) throws -> Int64? {
        guard let text else { return nil }
        guard let bytes = ByteCount.parse(text), bytes >= least else {
            let example = least > 1 ? "\(least >> 20)M or more" : "such as 500M"
            throw UsageError("\(option) takes a number of bytes, \(example), not \(text)")
        }
        return bytes
    }
}
