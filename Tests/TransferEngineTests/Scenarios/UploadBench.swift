import Foundation
import Logging
import TestSupport
import Testing
import TransferCore
import UploadServer
import WireProtocols

@testable import TransferEngine

/// A chunk server in this process with a data folder of its own.
struct ChunkServerBench: Sendable {
    let data: TemporaryFolder
    var settings = UploadSettings(chunkSize: 64 << 10, reserve: 0)
    var faults: FaultPlan?
    var tokenFile: String?

    init() throws {
        data = try TemporaryFolder()
    }

    /// Chunks arrive at that rate each, so that there is a middle in which something can happen.
    static func slow(bytesPerSecond: Int) throws -> ChunkServerBench {
        var bench = try ChunkServerBench()
        bench.faults = FaultPlan(seed: 1, chances: .init(), bytesPerSecond: bytesPerSecond)
        return bench
    }

    /// Runs `body` on a thread of its own with the server's port, and cuts the server off.
    func run<Value: Sendable>(_ body: @escaping @Sendable (UInt16) throws -> Value) async throws -> Value {
        let (addresses, announce) = AsyncStream<ListenAddress>.makeStream()
        let server = try ChunkServer(
            ServerConfiguration(address: .loopback(), tokenFile: tokenFile), folder: data.path, settings: settings,
            faults: faults, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { announce.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await server.run()
            }
            var iterator = addresses.makeAsyncIterator()
            let port = try #require(await iterator.next()?.port)
            let value = try await onOwnThread { try body(UInt16(port)) }
            group.cancelAll()
            try await group.waitForAll()
            return value
        }
    }

    /// The names of the data of unfinished uploads.
    func unfinished() throws -> [String] {
        try data.names().contains("uploads") ? data.read(folder: "uploads") : []
    }
}

extension TemporaryFolder {
    /// The names in a folder of the folder.
    func read(folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
    }
}

extension EngineBench {
    /// For a server that does not stall: what is slow here is the machine.
    static func patient() throws -> EngineBench {
        var bench = try EngineBench()
        bench.settings.stallTimeout = .seconds(30)
        return bench
    }

    /// An upload of a file of the folder.
    ///
    /// - Parameter address: As on the command line.
    func upload(
        _ name: String, to address: String, options: TransferOptions = EngineBench.quickOptions
    ) throws -> NewTransfer {
        NewTransfer(
            direction: .upload, source: folder.path(name),
            destination: try UploadAddress.destination(argument: address, fileName: name), options: options)
    }

    /// Adds transfers and runs until everything has come to its end. Blocks.
    func run(_ wishes: [NewTransfer]) throws -> EngineSnapshot {
        let engine = try engine()
        defer { engine.stop() }
        engine.send(.add(wishes))
        return try engine.wait("everything ended") { $0.commandsTaken >= 1 && $0.isIdle }
    }

    /// Adds one upload and runs until it has come to its end. Blocks.
    func send(
        _ name: String, to address: String, options: TransferOptions = EngineBench.quickOptions
    ) throws -> TransferSnapshot {
        try #require(try run([try upload(name, to: address, options: options)]).transfers.first)
    }
}

/// The faults that make a ``FaultyServer`` a chunk server for one upload, as the README has the protocol; further
/// faults come behind them.
enum ScriptedUpload {
    /// The address of the upload.
    static let path = "/uploads/u1"

    /// - Parameter received: The chunks that the server says it has when it is asked.
    static func faults(_ file: PatternFile, _ plan: ChunkPlan, received: Set<Int> = []) -> [Fault] {
        let state = status(plan, received: [])
        var faults = [
            Fault(.path("/uploads"), .status(201, [HeaderField("Location", path)], body: state)),
            Fault(.path(path), .status(200, body: status(plan, received: received))),
            Fault(.path(path + "/complete"), .status(200, body: #"{"size":\#(plan.size),"status":"complete"}"#)),
        ]
        for chunk in 0..<plan.count {
            let range = plan.range(of: chunk)
            let digest = Hex.encode(SHA256.hash(file.bytes(range.start..<range.end)))
            let receipt = #"{"checksum":"\#(digest)","index":\#(chunk)}"#
            faults.append(Fault(.path(chunkPath(chunk)), .status(200, body: receipt)))
        }
        return faults
    }

    static func chunkPath(_ chunk: Int) -> String { "\(path)/chunks/\(chunk)" }

    private static func status(_ plan: ChunkPlan, received: Set<Int>) -> String {
        let ranges = received.sorted().map { "[\($0),\($0)]" }.joined(separator: ",")
        return #"{"chunkSize":\#(plan.chunkSize),"receivedChunks":[\#(ranges)],"size":\#(plan.size),"#
            + #""status":"in_progress"}"#
    }
}
