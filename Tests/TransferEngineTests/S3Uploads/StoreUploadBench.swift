import TestSupport
import Testing
import TransferCore
import TransferEngine

/// An engine with a file, and a scripted store.
struct StoreUploadBench: Sendable {
    static let key = "folder/file.bin"
    static let address = "s3://bucket/" + key
    /// The smallest that a store takes.
    static let partSize: Int64 = 5 << 20
    /// Of three parts.
    static let parts = PatternFile(seed: 91, size: 2 * partSize + 1000)
    /// Of one.
    static let small = PatternFile(seed: 92, size: 1000)

    /// What somebody else puts under the same key.
    static let theirs: [UInt8] = [1, 2, 3]

    let file: PatternFile
    let store: ScriptedStore
    let access: StoreAccess
    var bench: EngineBench

    init(
        _ file: PatternFile = parts, rules: StoreRules = StoreRules(), troubles: [StoreTrouble] = []
    ) throws {
        self.file = file
        store = try ScriptedStore(rules, troubles)
        access = StoreAccess(endpoint: store.endpoint)
        bench = try EngineBench.patient()
        bench.access = access
        try bench.folder.write(file, to: "file")
    }

    /// One connection, so that there is one order in which requests can come.
    static var options: TransferOptions {
        var options = TransferOptions()
        options.connections = 1
        options.chunkSize = partSize
        return options
    }

    func wish(_ address: String = address, options: TransferOptions = options) -> NewTransfer {
        NewTransfer(direction: .upload, source: bench.folder.path("file"), destination: address, options: options)
    }

    /// Sends the file and waits for the end.
    func send(options: TransferOptions = options) async throws -> TransferSnapshot {
        try await onOwnThread { try #require(try bench.run([wish(options: options)]).transfers.first) }
    }

    /// Runs an engine on the same queue, as after a restart, until `condition` holds.
    @discardableResult
    func run(
        _ commands: [EngineCommand] = [], until what: String, _ condition: @escaping @Sendable (EngineSnapshot) -> Bool
    ) async throws -> EngineSnapshot {
        try await onOwnThread {
            let engine = try bench.engine()
            defer { engine.stop() }
            for command in commands { engine.send(command) }
            return try engine.wait(what) { $0.commandsTaken >= commands.count && condition($0) }
        }
    }

    /// Whether the object is the file.
    var isOurs: Bool { store.content.objects[Self.key]?.bytes == file.bytes }

    /// Whether the object is what somebody else has put there.
    var isTheirs: Bool { store.content.objects[Self.key]?.bytes == Self.theirs }

    /// Whether the object is the file, and nothing unfinished is left.
    var hasArrived: Bool { isOurs && store.content.uploads.isEmpty }

    /// The bytes of a part, from 1.
    func bytes(ofPart number: Int64) -> [UInt8] {
        file.bytes((number - 1) * Self.partSize..<min(number * Self.partSize, file.size))
    }
}

/// What a store hears, in words.
enum StoreLog {
    static let beginning = ["head 404", "create 200"]
    static let parts = ["part 1 200", "part 2 200", "part 3 200"]
    static let end = ["listParts 200", "complete 200"]
    /// Of an upload without trouble.
    static let whole = beginning + parts + end

    /// Of an upload one of whose requests was refused and made again.
    static func whole(repeating request: String, refused status: Int) -> [String] {
        whole.flatMap { $0.hasPrefix(request) ? ["\(request) \(status)", $0] : [$0] }
    }
}
