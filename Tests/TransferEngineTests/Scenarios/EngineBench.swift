import Testing
import CurlTransport
import Glibc
import Logging
import TestSupport
import TransferCore
import TransferEngine
import WireProtocols

/// An engine as the program has it, but for its store, in a folder of its own.
struct EngineBench {
    let folder: TemporaryFolder
    var store: any BookmarkStore = MemoryStore()
    var fileSystem: any FileSystem = LocalFileSystem()
    var settings = EngineBench.quickSettings
    var access: any S3AccessSource = StoreAccess.none

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Small sizes and short waits, so that small files meet everything that large ones do.
    static var quickSettings: EngineSettings {
        var settings = EngineSettings()
        settings.openingLength = 16 << 10
        settings.overlapLength = 4 << 10
        settings.stallTimeout = .seconds(1)
        settings.connectTimeout = .seconds(30)
        settings.retry = RetryPolicy(base: .milliseconds(2), cap: .milliseconds(20), limit: 6)
        return settings
    }

    static var quickOptions: TransferOptions {
        var options = TransferOptions()
        options.connections = 4
        options.chunkSize = 64 << 10
        return options
    }

    func engine(seed: UInt64 = 1) throws -> Engine {
        let clock = SystemClock()
        let parts = Engine.Parts(
            transport: { () throws(TransferError) in try CurlTransport(clock: clock) }, store: store,
            fileSystem: fileSystem, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            access: access, version: "test")
        return try Engine(parts, settings: settings, seed: seed)
    }

    /// A download of `address` into the folder.
    func wish(
        _ address: String, to name: String, options: TransferOptions = EngineBench.quickOptions
    ) -> NewTransfer {
        NewTransfer(direction: .download, source: address, destination: folder.path(name), options: options)
    }

    /// Adds a download of `address` into the folder and runs until everything has come to its end.
    func fetch(
        _ address: String, to name: String = "", options: TransferOptions = EngineBench.quickOptions
    ) async throws -> TransferSnapshot {
        try await onOwnThread {
            let engine = try engine()
            defer { engine.stop() }
            engine.send(.add([wish(address, to: name, options: options)]))
            let last = try engine.wait("everything ended") { $0.commandsTaken >= 1 && $0.isIdle }
            return try #require(last.transfers.first)
        }
    }
}

extension Engine {
    /// Waits for a picture that fulfils `condition`, without asking over and over.
    func wait(
        _ what: String, timeout: Duration = .seconds(120), _ condition: (EngineSnapshot) -> Bool
    ) throws -> EngineSnapshot {
        let deadline = ContinuousClock.now + timeout
        while true {
            acknowledgeChanges()
            let picture = snapshot()
            if condition(picture) { return picture }
            let left = deadline - ContinuousClock.now
            guard left > .zero else {
                throw ConditionTimedOut(what: what, transfers: picture.transfers, events: picture.events)
            }
            var waiting = pollfd(fd: changes, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, Int32(left.components.seconds * 1000 + 1))
        }
    }
}

/// What was waited for did not come; shows how things stood.
struct ConditionTimedOut: Error, CustomStringConvertible {
    let what: String
    let transfers: [TransferSnapshot]
    let events: [EngineEvent]

    var description: String {
        let states = transfers.map { "\($0.name) \($0.state) \($0.bytesDone)/\($0.bytesTotal ?? -1)" }
        return "not in time: \(what); \(states); \(events.suffix(8).map(\.text.description))"
    }
}
