import ArgumentParser
import TransferCore
import TransferEngine

/// `carryon add`: into the queue.
struct AddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put transfers into the queue; prints one number per line.",
        discussion: WishHelp.discussion)

    @OptionGroup var state: StateOption
    @OptionGroup var wish: TransferOptionGroup

    @Argument(
        help: ArgumentHelp(
            "Addresses, then a file or folder (without one the download folder of config.toml, else ~/Downloads); "
                + "or files and folders, then the address of a chunk server or s3://BUCKET/.",
            valueName: "source... destination"))
    var arguments: [String]

    func run() throws {
        try reporting {
            let settings = try Settings.load()
            var wishes = try wish.wishes(arguments, settings, downloadFolder: settings.downloadFolder)
            let workplace = try Workplace(state: state.folder)
            wishes.makeFolders()
            for record in try workplace.add(wishes.transfers) { print(record.id) }
            wishes.nameLeftOut()
            if !wishes.leftOut.isEmpty { throw Exit.failed }
        }
    }
}

extension WishParser.Wishes {
    /// Names what is left out: nobody would look for it at the other side before it is missed.
    fileprivate func nameLeftOut() {
        let verb = direction == .upload ? "sent" : "fetched"
        for thing in leftOut { Diagnostics.say("carryon: not \(verb): \(SafeText(thing))") }
    }
}

/// What `add` and `cp` say about addresses.
enum WishHelp {
    static let discussion = """
        Exactly one side is addresses. A chunk server (`carryon serve`) takes a file under the name in its address, or \
        under its own if the address ends with a slash; the files of a folder keep their paths in it:

          carryon add https://example.org/big.iso ~/iso/
          carryon add big.iso http://host:7270/
          carryon add photos http://host:7270/2026/

        s3://BUCKET/KEY is an object of a store that speaks S3. Credentials, region and endpoint come from the \
        environment and files that other AWS tools use. An address that ends with a slash means all objects below \
        that prefix, with their paths:

          carryon add big.iso s3://bucket/backups/
          carryon add photos s3://bucket/photos/
          carryon add s3://bucket/photos/ ./photos/
        """
}

/// `carryon cp`: into the queue, and done here.
struct CopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp", abstract: "Put transfers into the queue and run them here until they are done.",
        discussion: """
            Interrupted, it leaves them in the queue: `carryon run` or the screen carries on.

            \(WishHelp.discussion)
            """)

    @OptionGroup var state: StateOption
    @OptionGroup var wish: TransferOptionGroup

    @Argument(
        help: ArgumentHelp(
            "Addresses, then a file or folder (without one the current folder); or files and folders, then the address "
                + "of a chunk server or s3://BUCKET/.", valueName: "source... destination"))
    var arguments: [String]

    func run() throws {
        try reporting {
            let signals = Signals()
            let settings = try Settings.load()
            var wishes = try wish.wishes(
                arguments, settings, downloadFolder: Paths.absolute("./"), signals: signals)
            let workplace = try Workplace(state: state.folder)
            wishes.makeFolders()
            let ids = Set(try workplace.add(wishes.transfers).map(\.id))
            let engine = try workplace.engine(settings: settings.engine, only: ids)
            // Last, where it is not lost among the lines of progress.
            defer { wishes.nameLeftOut() }
            try LineRun(engine: engine, signals: signals, only: ids).run(untilIdle: true)
            if !wishes.leftOut.isEmpty { throw Exit.failed }
        }
    }
}

/// `carryon run`: the queue without a screen.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the queue without a screen.")

    @OptionGroup var state: StateOption

    @Flag(name: .customLong("until-idle"), help: "End when nothing is left to do.")
    var untilIdle = false

    func run() throws {
        try reporting {
            let signals = Signals()
            let settings = try Settings.load()
            let workplace = try Workplace(state: state.folder)
            let engine = try workplace.engine(settings: settings.engine)
            try LineRun(engine: engine, signals: signals, only: nil).run(untilIdle: untilIdle)
        }
    }
}

/// Runs an engine with lines of progress.
struct LineRun {
    let engine: Engine
    let signals: Signals
    let only: Set<TransferID>?

    /// - Throws: The exit status, if it is not 0.
    func run(untilIdle: Bool) throws {
        var lines = ProgressLines(only: only)
        var snapshot = engine.snapshot()
        let troubledBefore = Set(troubled(snapshot).map(\.id))
        while !(untilIdle && snapshot.isIdle) {
            if signals.wait(for: engine.changes, timeout: lines.timeout(after: snapshot)) != nil {
                lines.finish()
                engine.stop()
                throw Exit.interrupted
            }
            engine.acknowledgeChanges()
            snapshot = engine.snapshot()
            lines.show(snapshot)
        }
        engine.stop()
        lines.show(engine.snapshot())
        lines.finish()
        let troubled = troubled(engine.snapshot())
        // Nothing has been said yet of what was so at the start.
        for transfer in troubled where troubledBefore.contains(transfer.id) {
            guard let error = transfer.error else { continue }
            Diagnostics.say("\(transfer.id) \(transfer.name): still \(transfer.state.rawValue): \(error.sentence)")
        }
        guard troubled.isEmpty else { throw Exit.failed }
    }

    /// Transfers that failed or need a person.
    private func troubled(_ snapshot: EngineSnapshot) -> [TransferSnapshot] {
        snapshot.transfers.filter { $0.error != nil && only?.contains($0.id) != false }
    }
}
