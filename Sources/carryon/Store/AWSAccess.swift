import Foundation
import Synchronization
import TransferCore
import TransferEngine
import WireProtocols

/// Looks up how object stores are reached, in the environment and in the settings files of AWS users.
///
/// Keys in the environment and in files are read anew each time, so that whoever mends them need not start the program
/// again. What a program has printed is kept until shortly before it expires.
final class AWSAccess: S3AccessSource {
    private let environment: [String: String]
    private let clock: any Clock
    /// The last output of each `credential_process`, by its command. Locked while one runs, so that nobody runs it twice
    /// for the same need.
    private let printed = Mutex<[String: Printed]>([:])

    private struct Printed {
        let credentials: S3Credentials
        let lookedUpAt: WallTime
        let isReloaded: Bool
    }

    /// Credentials are not begun with that end sooner than this.
    private static let leastValidity: Duration = .seconds(300)
    /// How long credentials are kept of which nobody said when they end.
    private static let usualValidity: Duration = .seconds(900)
    /// Who wants new credentials this soon after somebody else got some is served with those.
    private static let reloadInterval: Duration = .seconds(10)
    /// The longest settings file, in bytes.
    private static let longestFile = 4 << 20

    init(environment: [String: String] = ProcessInfo.processInfo.environment, clock: any Clock = SystemClock()) {
        self.environment = environment
        self.clock = clock
    }

    /// What has to be kept of the user's wish and of the surroundings, so that the same store is reached from elsewhere
    /// later. The profile is kept only if the user named it: without one, whoever runs the transfer has credentials.
    ///
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    func resolve(_ wish: StoreOptions) throws(TransferError) -> StoreOptions {
        let resolved = try settings(profile: wish.profile).resolve(wish)
        _ = try S3Endpoint(resolved)
        return resolved
    }

    /// - Parameter options: As ``resolve(_:)`` has made them: of the surroundings only credentials are taken.
    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
        let endpoint = try S3Endpoint(options)
        switch try settings(profile: options.profile).credentialSource() {
        case .keys(let credentials): return S3Access(credentials: credentials, endpoint: endpoint)
        case .process(let command):
            return S3Access(credentials: try credentials(printedBy: command, reload: reload), endpoint: endpoint)
        }
    }

    // MARK: Files

    private func settings(profile: String?) throws(TransferError) -> AWSSettings {
        let files = AWSFiles(environment: environment)
        return try AWSSettings(
            environment: environment, configText: try Self.text(files.config),
            credentialsText: try Self.text(files.credentials), profile: profile)
    }

    /// `nil` if there is no such file.
    private static func text(_ path: String?) throws(TransferError) -> String? {
        guard let path, Paths.exists(path) else { return nil }
        guard !Paths.isFolder(path), let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: longestFile + 1) ?? Data(), data.count <= longestFile,
            let text = String(validating: data, as: UTF8.self)
        else { throw TransferError(.unauthorized, "\(path) cannot be read as a settings file of AWS") }
        return text
    }

    // MARK: Programs

    private func credentials(printedBy command: String, reload: Bool) throws(TransferError) -> S3Credentials {
        let result: Result<S3Credentials, TransferError> = printed.withLock { printed in
            let now = clock.wallTime()
            if let last = printed[command], serves(last, at: now, reload: reload) { return .success(last.credentials) }
            do throws(TransferError) {
                let output = try CredentialProcess.output(of: command, environment: environment)
                let credentials = try S3Credentials(processOutput: output)
                printed[command] = Printed(
                    credentials: credentials, lookedUpAt: clock.wallTime(), isReloaded: reload)
                return .success(credentials)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func serves(_ last: Printed, at now: WallTime, reload: Bool) -> Bool {
        if reload { return last.isReloaded && now < last.lookedUpAt + Self.reloadInterval }
        guard last.credentials.expiresAt == nil else { return !last.credentials.expire(by: now + Self.leastValidity) }
        return now < last.lookedUpAt + Self.usualValidity
    }
}
