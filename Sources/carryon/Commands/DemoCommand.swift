import ArgumentParser
import CursesTerminal
import Foundation
import Glibc
import Synchronization
import TransferCore
import TransferEngine
import UploadServer

/// `carryon demo`: everything at work, on this machine alone.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch it work: a server on this machine that misbehaves on purpose, and the screen.",
        discussion: """
            A server inside this process serves sample files on 127.0.0.1. Some answers are 503, some break off, some \
            stall, and some bring a damaged body. Every file arrives all the same, compared with its SHA-256. Files \
            and queue live in a temporary folder that is deleted at the end.
            """)

    func run() throws {
        try reporting {
            let hasScreen = Screen.isPossible
            let signals = hasScreen ? nil : Signals()
            if hasScreen { ScreenLoop.blockSignals() }
            Signals.ignoreBrokenPipes()
            let demo = try DemoWorld()
            defer { demo.cleanUp() }
            Diagnostics.say("carryon demo: sample files and queue are in \(demo.folder), deleted at the end.")
            try demo.makeSamples()
            let server = try DemoServer(folder: demo.served)
            defer { server.stop() }
            let workplace = try Workplace(state: demo.state)
            var settings = EngineSettings()
            settings.stallTimeout = .seconds(2)
            let engine = try workplace.engine(settings: settings)
            engine.send(.add(demo.wishes(port: server.port)))
            var wasInterrupted = false
            if let signals {
                try LineRun(engine: engine, signals: signals, only: nil).runDemo()
            } else if case .signal = try Screen.run(engine, log: workplace.folder.log) {
                wasInterrupted = true
            }
            engine.stop()
            report(engine.snapshot())
            if wasInterrupted { throw Exit.interrupted }
        }
    }

    private func report(_ snapshot: EngineSnapshot) {
        let verified = snapshot.transfers.filter { $0.state == .completed && $0.sha256 != nil }
        let retries = snapshot.transfers.reduce(0) { $0 + $1.retries }
        print(
            "\(verified.count) of \(snapshot.transfers.count) files complete and verified by SHA-256, "
                + "\(retries) failed tries survived.")
        if verified.count < snapshot.transfers.count {
            print("The rest would have carried on; outside the demo it does.")
        }
    }
}

extension LineRun {
    /// Runs until everything has come to its end.
    fileprivate func runDemo() throws {
        _ = EngineWaiter(engine).wait(until: { $0.commandsTaken >= 1 && $0.transfers.count > 0 })
        try run(untilIdle: true)
    }
}

/// The temporary folder of the demo and what is in it.
struct DemoWorld {
    let folder: String
    var served: String { folder + "/served" }
    var downloads: String { folder + "/downloads" }
    var state: String { folder + "/state" }

    private static let samples: [(name: String, mebibytes: Int)] = [
        ("field-recordings.tar", 160), ("star-catalogue.parquet", 112), ("city-map.osm.pbf", 64),
    ]

    init() throws {
        let template = FileManager.default.temporaryDirectory.path + "/carryon-demo-XXXXXX"
        var path = Array(template.utf8CString)
        guard mkdtemp(&path) != nil else {
            throw Failure("cannot make a temporary folder in \(FileManager.default.temporaryDirectory.path)")
        }
        folder = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for path in [served, downloads] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    /// Fills the sample files with random bytes, so that nothing can be guessed.
    func makeSamples() throws {
        var block = [UInt8](repeating: 0, count: 1 << 20)
        let source = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw Failure("cannot read /dev/urandom") }
        defer { close(source) }
        for sample in Self.samples {
            let path = served + "/" + sample.name
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw Failure("cannot write \(path)") }
            defer { close(file) }
            for _ in 0..<sample.mebibytes {
                guard read(source, &block, block.count) == block.count, write(file, block, block.count) == block.count
                else { throw Failure("cannot write \(path): is the disk full?") }
            }
        }
    }

    func wishes(port: Int) -> [NewTransfer] {
        var options = TransferOptions()
        options.connections = 5
        return Self.samples.map { sample in
            NewTransfer(
                direction: .download, source: "http://127.0.0.1:\(port)/files/\(sample.name)",
                destination: downloads + "/", options: options)
        }
    }

    func cleanUp() {
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// The demo's server on a task of its own.
final class DemoServer {
    let port: Int
    private let task: Task<Void, Never>

    /// Returns once it listens.
    init(folder: String) throws {
        let started = Started()
        let server = try FileServer(folder: folder, faults: .demo()) { started.settle(.success($0)) }
        task = Task.detached {
            do {
                try await server.run()
            } catch {
                started.settle(.failure(Failure("the demo's server does not start: \(error)")))
            }
        }
        port = try started.wait()
    }

    func stop() {
        task.cancel()
    }

    /// Hands the port from the task to the thread that waits for it.
    private final class Started: Sendable {
        private let result = Mutex<Result<Int, Failure>?>(nil)
        private let semaphore = DispatchSemaphore(value: 0)

        func settle(_ value: Result<Int, Failure>) {
            let isFirst = result.withLock { result in
                defer { result = result ?? value }
                return result == nil
            }
            if isFirst { semaphore.signal() }
        }

        func wait() throws -> Int {
            semaphore.wait()
            guard let result = result.withLock({ $0 }) else { preconditionFailure("signalled without a result") }
            return try result.get()
        }
    }
}
