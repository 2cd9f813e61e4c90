import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

/// Certificates, and what the environment has to say.
@Suite struct CurlSecurityTests {
    private static let content = PatternFile(seed: 51, size: 50_000)

    /// Fetches a file from a server whose certificate nobody has signed.
    private func fetch(
        host: String = "127.0.0.1", _ choose: @escaping @Sendable (NginxServer, inout ConnectionOptions) -> Void
    ) async throws -> (outcome: TransportEnd.Outcome, body: [UInt8]) {
        try await onOwnThread {
            let folder = try TemporaryFolder()
            try folder.write(Self.content, to: "a")
            let server = try NginxServer(root: folder.path, options: .init(tls: true))
            defer { server.stop() }
            var options = ConnectionOptions()
            choose(server, &options)
            let transport = try CurlTransport(clock: RealClock())
            let recorder = Recorder()
            let request = HTTPRequest(method: "GET", url: "https://\(host):\(server.port)/a", headers: [])
            transport.start(RequestID(1), request, body: nil, options: options, receiver: recorder)
            let end = try #require(transport.ends(clock: RealClock()).first)
            return (end.outcome, recorder.body)
        }
    }

    @Test func aCertificateOfNobodyIsRefused() async throws {
        let (outcome, body) = try await fetch { _, _ in }
        guard case .failed(let error) = outcome else { throw NotRefused() }
        #expect(error.code == .certificate)
        #expect(body == [])
    }

    @Test func aCertificateThatIsNamedIsTrusted() async throws {
        let (outcome, body) = try await fetch { $1.certificateAuthorities = $0.certificatePath }
        #expect(outcome == .completed)
        #expect(body == Self.content.bytes)
    }

    @Test func aCertificateForAnotherHostIsRefused() async throws {
        // It is made out to 127.0.0.1 and localhost.
        let (outcome, _) = try await fetch(host: "127.0.0.2") { $1.certificateAuthorities = $0.certificatePath }
        guard case .failed(let error) = outcome else { throw NotRefused() }
        // nginx listens on 127.0.0.1 only, so the connection may fail first.
        #expect([.certificate, .cannotConnect].contains(error.code))
    }

    @Test func anyCertificateIsFineWhenAsked() async throws {
        let (outcome, body) = try await fetch { $1.acceptsAnyCertificate = true }
        #expect(outcome == .completed)
        #expect(body == Self.content.bytes)
    }

    @Test func aMissingFileOfAuthoritiesIsACertificateFailure() async throws {
        let (outcome, _) = try await fetch { $1.certificateAuthorities = $0.certificatePath + ".none" }
        guard case .failed(let error) = outcome else { throw NotRefused() }
        #expect(error.code == .certificate)
    }

    private struct NotRefused: Error {}
}
