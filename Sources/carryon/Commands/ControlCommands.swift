import ArgumentParser
import TransferCore
import TransferEngine

/// `carryon pause`.
struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pause transfers: they stay where they are until they are resumed.")

    @OptionGroup var state: StateOption
    @OptionGroup var selection: SelectionArguments

    func run() throws {
        try control(state, selection) { .pause($0) }
    }
}

/// `carryon resume`.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Put paused transfers back into the queue.")

    @OptionGroup var state: StateOption
    @OptionGroup var selection: SelectionArguments

    func run() throws {
        try control(state, selection) { .resume($0) }
    }
}

/// `carryon retry`.
struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put transfers that failed or need you back into the queue.")

    @OptionGroup var state: StateOption
    @OptionGroup var selection: SelectionArguments

    func run() throws {
        try control(state, selection) { .retry($0) }
    }
}

/// `carryon remove`.
struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take transfers out of the queue. Finished files are never deleted.",
        discussion: """
            What is unfinished stays: a file beside the destination, and what a chunk server has until that expires. An \
            upload to an object store is always aborted there, because its parts would be kept, and paid for, without end.
            """)

    @OptionGroup var state: StateOption
    @OptionGroup var selection: SelectionArguments

    @Flag(name: .customLong("with-data"), help: "Delete unfinished data too.")
    var withData = false

    @Flag(help: "Tell no object store: what it has of them stays there, where `carryon orphans` finds it.")
    var force = false

    func validate() throws {
        if withData, force {
            throw ValidationError("--force leaves unfinished data where it is: --with-data deletes it")
        }
    }

    func run() throws {
        let (withData, force) = (self.withData, self.force)
        let ids = try control(state, selection) {
            guard force else { return .remove($0, withData: withData) }
            return .forget($0)
        }
        // Why something had to stay was said.
        guard ids.isEmpty else { throw Exit.failed }
    }
}

/// `carryon verify`.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare every chunk on disk with its checksum, and fetch the bad ones again.")

    @OptionGroup var state: StateOption
    @OptionGroup var selection: SelectionArguments

    func run() throws {
        try reporting {
            let signals = Signals()
            let settings = try Settings.load()
            let workplace = try Workplace(state: state.folder)
            let queue = try workplace.store.loadQueue()
            let ids = try selection.resolve(in: queue)
            // What is verified and turns out to be whole is not started; what is not whole is repaired. Of an upload
            // there is nothing to verify here, and so nothing to run.
            let downloads = queue.filter { ids.contains($0.id) && $0.direction == .download }.map(\.id)
            let engine = try workplace.engine(settings: settings.engine, only: Set(downloads))
            engine.send(.verify(downloads))
            _ = EngineWaiter(engine).wait(until: { $0.commandsTaken >= 1 })
            defer {
                for row in engine.snapshot().transfers where ids.contains(row.id) {
                    print("\(row.id) \(row.name): \(Self.outcome(row))")
                }
            }
            try LineRun(engine: engine, signals: signals, only: Set(downloads)).run(untilIdle: true)
        }
    }

    private static func outcome(_ row: TransferSnapshot) -> String {
        switch row.direction {
        case .download: row.explanation?.description ?? "nothing to verify yet"
        case .upload: "the server has compared every chunk that it acknowledged with its SHA-256"
        }
    }
}

extension ParsableCommand {
    /// Carries a command out on transfers of a queue that no other process runs. Returns those of them that are still
    /// in the queue.
    @discardableResult
    fileprivate func control(
        _ state: StateOption, _ selection: SelectionArguments, _ command: ([TransferID]) -> EngineCommand
    ) throws -> [TransferID] {
        var left: [TransferID] = []
        try reporting {
            Signals.ignoreBrokenPipes()
            let workplace = try Workplace(state: state.folder)
            let ids = try selection.resolve(in: try workplace.store.loadQueue())
            let snapshot = try workplace.carryOut(command(ids))
            for event in snapshot.events where event.kind == .problem {
                Diagnostics.say("carryon: \(event.transfer.map { "\($0): " } ?? "")\(event.text)")
            }
            left = snapshot.transfers.map(\.id).filter { ids.contains($0) }
        }
        return left
    }
}
