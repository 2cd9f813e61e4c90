import Foundation
import TransferCore
import TransferEngine
import WireProtocols

/// Looks up how object stores are reached, in the environment and in the settings files of AWS users.
///
/// Keys in the environment and in files are read anew each time, so that whoever mends them need not start the program
/// again. What a program has printed is kept until shortly before it expires.
final class AWSAccess: InterruptibleAccessSource {
    private let environment: [String: String]
    private let programs: CredentialPrograms

    /// The longest settings file, in bytes.
    private static let longestFile = 4 << 20

    init(environment: [String: String] = ProcessInfo.processInfo.environment, clock: any Clock = SystemClock()) {
        self.environment = environment
        programs = CredentialPrograms(environment: environment, clock: clock)
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
        try access(options, reload: reload, interruption: Interruption())
    }

    func access(
        _ options: StoreOptions, reload: Bool, interruption: Interruption
    ) throws(TransferError) -> S3Access {
        let endpoint = try S3Endpoint(options)
        switch try settings(profile: options.profile).credentialSource() {
        case .keys(let credentials): return S3Access(credentials: credentials, endpoint: endpoint)
        case .process(let command):
            let credentials = try programs.credentials(
                printedBy: command, reload: reload, interruption: interruption)
            return S3Access(credentials: credentials, endpoint: endpoint)
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
        else { throw TransferError(.noCredentials, "\(path) cannot be read as a settings file of AWS") }
        return text
    }
}
