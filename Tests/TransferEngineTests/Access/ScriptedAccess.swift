import Glibc
import Synchronization
import TransferCore
import TransferEngine
import WireProtocols

/// Gives out access as a test says, and remembers who asked. Lookups can be held up until the test lets them go.
final class ScriptedAccess: InterruptibleAccessSource {
    struct Call: Hashable, Sendable {
        var profile: String?
        var isReload: Bool
    }

    typealias Answer = @Sendable (_ call: Call) throws(TransferError) -> S3Credentials

    private struct State {
        var begun: [Call] = []
        var held: Set<String?> = []
    }

    private let state: Mutex<State>
    private let answer: Answer

    /// - Parameter held: The profiles whose lookups hang until ``release(_:)``.
    init(held: Set<String?> = [], _ answer: @escaping Answer = { _ in ScriptedAccess.credentials("KEY") }) {
        state = Mutex(State(held: held))
        self.answer = answer
    }

    /// The lookups that have begun, in their order.
    var begun: [Call] { state.withLock { $0.begun } }

    func release(_ profile: String?) {
        state.withLock { _ = $0.held.remove(profile) }
    }

    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
        try access(options, reload: reload, interruption: Interruption())
    }

    func access(
        _ options: StoreOptions, reload: Bool, interruption: Interruption
    ) throws(TransferError) -> S3Access {
        let call = Call(profile: options.profile, isReload: reload)
        state.withLock { $0.begun.append(call) }
        while state.withLock({ $0.held.contains(options.profile) }) {
            guard !interruption.isInterrupted else { throw TransferError(.unauthorized, "interrupted") }
            usleep(1000)
        }
        return S3Access(
            credentials: try answer(call), endpoint: try S3Endpoint(url: "http://127.0.0.1:1", region: nil))
    }

    static func credentials(_ key: String, until end: WallTime? = nil) -> S3Credentials {
        S3Credentials(accessKey: key, secretKey: "secret", expiresAt: end)
    }
}
