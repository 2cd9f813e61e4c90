import ArgumentParser
import CursesTerminal
import Foundation
import Glibc
import Logging
import TransferCore
import TransferEngine
import UploadServer

/// `carryon demo`: everything at work, on this machine alone.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch it work: a server on this machine that misbehaves on purpose, and the screen.",
        discussion: """
            A chunk server inside this process, on 127.0.0.1, serves some sample files and takes in others. Some of \
            its answers are 503, some break off, stall, or bring a damaged body; some chunks are stored and their \
            answer is lost, and some right checksums are called wrong. Every file arrives all the same, compared with \
            its SHA-256. Files and queue live in a temporary folder that is deleted at the end.
            """)

    @OptionGroup var theme: ThemeOption

    @Option(help: .hidden)
    var pictures: String?

    func run() throws {
        try reporting {
            let preferences = try Settings.load()
            let hasScreen = Screen.isPossible && pictures == nil
            let signals = hasScreen ? nil : Signals()
            if hasScreen { ScreenLoop.blockSignals() }
            Signals.ignoreBrokenPipes()
            let demo = try DemoWorld()
            defer { demo.cleanUp() }
            Diagnostics.say("carryon demo: sample files and queue are in \(demo.folder), deleted at the end.")
            try demo.makeSamples()
            let server = try RunningServer { onListening in
                try ChunkServer(
                    ServerConfiguration(address: .loopback()), folder: demo.server, settings: UploadSettings(),
                    faults: .demo(),
                    logger: Logger(label: "carryon") { _ in SwiftLogNoOpLogHandler() }, onListening: onListening)
            }
            defer { server.stop() }
            let workplace = try Workplace(state: demo.state)
            var settings = EngineSettings()
            settings.stallTimeout = .seconds(2)
            let engine = try workplace.engine(settings: settings)
            engine.send(.add(demo.wishes(port: server.address.port)))
            if let pictures {
                try DemoPictures(folder: pictures).draw(engine)
                return engine.stop()
            }
            var wasInterrupted = false
            if let signals {
                theme.complain(of: theme.name ?? preferences.theme)
                try LineRun(engine: engine, signals: signals, only: nil).runDemo()
            } else if case .signal = try Screen.run(
                engine, theme: theme.name ?? preferences.theme, settings: preferences.terminal,
                log: workplace.folder.log)
            {
                wasInterrupted = true
            }
            engine.stop()
            report(engine.snapshot(), demo)
            if wasInterrupted { throw Exit.interrupted }
        }
    }

    private func report(_ snapshot: EngineSnapshot, _ demo: DemoWorld) {
        let verified = snapshot.transfers.filter { transfer in
            switch transfer.direction {
            case .download: transfer.state == .completed && transfer.sha256 != nil
            case .upload: transfer.state == .completed && demo.hasArrived(transfer.name.description)
            }
        }
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
