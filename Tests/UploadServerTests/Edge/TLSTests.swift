import Foundation
import TestSupport
import Testing

@testable import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct TLSTests {
    /// A key and a certificate of its own making in a folder.
    private func makeCertificate(_ folder: TemporaryFolder, _ name: String) async throws -> ServerConfiguration.TLSFiles
    {
        let files = ServerConfiguration.TLSFiles(
            certificateChain: folder.path("\(name).crt"), privateKey: folder.path("\(name).key"))
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", files.privateKey, "-out", files.certificateChain, "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        try await run("openssl", arguments, folder)
        return files
    }

    /// Runs a program and returns what it wrote; throws unless it succeeds.
    @discardableResult
    private func run(_ name: String, _ arguments: [String], _ folder: TemporaryFolder) async throws -> String {
        let log = "\(name)-\(UUID().uuidString).log"
        let path = try ChildProcess.find(name)
        return try await onOwnThread {
            let status = try ChildProcess(path, arguments, log: folder.path(log)).waitForEnd()
            let output = String(decoding: try folder.read(log), as: UTF8.self)
            guard status == 0 else { throw ProgramFailed(output: output) }
            return output
        }
    }

    private struct ProgramFailed: Error {
        var output: String
    }

    @Test func servesOverTLS() async throws {
        let folder = try TemporaryFolder()
        var configuration = ServerConfiguration.loopback()
        let files = try await makeCertificate(folder, "server")
        configuration.tls = files
        try await serving(configuration) { server in
            try folder.write([UInt8](repeating: 1, count: 300_000), to: "body")
            let address = "https://localhost:\(server.port)"
            let options = [
                "-sS", "--http1.1", "--cacert", files.certificateChain, "-w", " %{http_code} %{http_version}",
            ]
            let hello = try await run("curl", options + ["\(address)/hello"], folder)
            #expect(hello == "hello  200 1.1")
            let upload = ["-H", "Expect:", "-T", folder.path("body"), "\(address)/count"]
            #expect(try await run("curl", options + upload, folder) == "300000 200 1.1")
            let big = ["-o", folder.path("big"), "\(address)/big"]
            #expect(try await run("curl", options + big, folder) == " 200 1.1")
            let size = try FileManager.default.attributesOfItem(atPath: folder.path("big"))[.size] as? Int
            #expect(size == StandInRoutes.bigSize)
        }
    }

    @Test func limitsHoldBehindTLSAsWell() async throws {
        let folder = try TemporaryFolder()
        var configuration = ServerConfiguration.loopback { $0.idleTime = .seconds(3) }
        let files = try await makeCertificate(folder, "server")
        configuration.tls = files
        try await serving(configuration) { server in
            // Without a handshake, and with one.
            let silent = try await onOwnThread { try RawConnection(port: server.port).readResponse(toTheEnd: true) }
            #expect(silent.ending != .timedOut)
            let field = "X: \(String(repeating: "x", count: 40_000))"
            let output = try await run(
                "curl",
                [
                    "-sS", "--cacert", files.certificateChain, "-o", "/dev/null", "-w", "%{http_code}",
                    "-H", field, "https://localhost:\(server.port)/hello",
                ], folder)
            #expect(output == "431")
        }
    }

    @Test func brokenFilesAreNamed() async throws {
        let folder = try TemporaryFolder()
        let good = try await makeCertificate(folder, "good")
        let other = try await makeCertificate(folder, "other")
        try folder.write(Array("nonsense".utf8), to: "nonsense")
        func sentence(_ certificate: String, _ key: String) throws -> String {
            let files = ServerConfiguration.TLSFiles(certificateChain: certificate, privateKey: key)
            let error = #expect(throws: ServerSetupError.self) { try TLSSetup.context(files) }
            return try #require(error).description
        }
        let missing = folder.path("missing")
        #expect(
            try sentence(missing, good.privateKey)
                == "cannot read the certificate file \(missing): No such file or directory")
        #expect(
            try sentence(good.certificateChain, missing)
                == "cannot read the key file \(missing): No such file or directory")
        #expect(
            try sentence(folder.path("nonsense"), good.privateKey)
                == "the certificate file \(folder.path("nonsense")) has no certificate in PEM form")
        #expect(
            try sentence(good.certificateChain, folder.path("nonsense"))
                == "the key file \(folder.path("nonsense")) has no private key in PEM form without a passphrase")
        #expect(
            try sentence(good.certificateChain, other.privateKey)
                == "the key in \(other.privateKey) does not belong to the certificate in \(good.certificateChain)")
    }
}
