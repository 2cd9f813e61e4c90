import Glibc
import Synchronization
import TransferCore
import TransferEngine
import WireProtocols

/// The credentials that programs have printed, by their commands, until shortly before they expire. Nobody runs a
/// program that somebody else is running for the same need.
final class CredentialPrograms: Sendable {
    private struct Printed: Sendable {
        let credentials: S3Credentials
        let lookedUpAt: WallTime
        let isReloaded: Bool
    }

    private struct Program: Sendable {
        var printed: Printed?
        var failure: (error: TransferError, at: Instant)?
        var isRunning = false
    }

    private enum Decision: Sendable {
        case serve(Result<S3Credentials, TransferError>)
        case run
        case wait
    }

    /// Credentials are not begun with that end sooner than this.
    private static let leastValidity: Duration = .seconds(300)
    /// How long credentials are kept of which nobody said when they end.
    private static let usualValidity: Duration = .seconds(900)
    /// Who wants new credentials this soon after somebody else got some is served with those.
    private static let reloadInterval: Duration = .seconds(10)
    /// How long a program that has failed is not run again: many transfers may ask one after the other.
    private static let failureInterval: Duration = .seconds(5)
    /// How often somebody who waits looks again, in microseconds.
    private static let tick: UInt32 = 20_000

    private let environment: [String: String]
    private let clock: any Clock
    private let programs = Mutex<[String: Program]>([:])

    init(environment: [String: String], clock: any Clock) {
        self.environment = environment
        self.clock = clock
    }

    /// - Parameter reload: Whether credentials that are still kept are of no use any more.
    /// - Throws: ``TransferError/Code/noCredentials`` if the program fails, or has failed a moment ago.
    func credentials(
        printedBy command: String, reload: Bool, interruption: Interruption
    ) throws(TransferError) -> S3Credentials {
        while !interruption.isInterrupted {
            switch decide(command, reload: reload) {
            case .serve(let result): return try result.get()
            case .run: return try run(command, reload: reload, interruption)
            case .wait: usleep(Self.tick)
            }
        }
        throw TransferError(.noCredentials, "credential_process was not waited for")
    }

    private func decide(_ command: String, reload: Bool) -> Decision {
        programs.withLock { programs in
            let program = programs[command] ?? Program()
            if let printed = program.printed, serves(printed, reload: reload) {
                return .serve(.success(printed.credentials))
            }
            if let failure = program.failure, clock.now() < failure.at + Self.failureInterval {
                return .serve(.failure(failure.error))
            }
            guard !program.isRunning else { return .wait }
            programs[command, default: program].isRunning = true
            return .run
        }
    }

    private func serves(_ printed: Printed, reload: Bool) -> Bool {
        let now = clock.wallTime()
        if reload { return printed.isReloaded && now < printed.lookedUpAt + Self.reloadInterval }
        guard printed.credentials.expiresAt == nil else {
            return !printed.credentials.expire(by: now + Self.leastValidity)
        }
        return now < printed.lookedUpAt + Self.usualValidity
    }

    private func run(
        _ command: String, reload: Bool, _ interruption: Interruption
    ) throws(TransferError) -> S3Credentials {
        do throws(TransferError) {
            let output = try CredentialProcess.output(
                of: command, environment: environment, interruption: interruption)
            let credentials = try S3Credentials(processOutput: output)
            ended(command) { [clock] program in
                program.printed = Printed(
                    credentials: credentials, lookedUpAt: clock.wallTime(), isReloaded: reload)
                program.failure = nil
            }
            return credentials
        } catch {
            ended(command) { [clock] program in
                // What was interrupted here may go well elsewhere.
                if !interruption.isInterrupted { program.failure = (error, clock.now()) }
            }
            throw error
        }
    }

    private func ended(_ command: String, _ note: (inout Program) -> Void) {
        programs.withLock { programs in
            note(&programs[command, default: Program()])
            programs[command]?.isRunning = false
        }
    }
}
