import NIOSSL

/// Reads the server's certificate and key.
enum TLSSetup {
    /// Throws ``ServerSetupError`` with the file that is to blame.
    static func context(_ files: ServerConfiguration.TLSFiles) throws -> NIOSSLContext {
        let chain = try certificates(files.certificateChain)
        let key = try privateKey(files.privateKey)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            // Both are well-formed by themselves.
            throw ServerSetupError(
                "the key in \(files.privateKey) does not belong to the certificate in \(files.certificateChain)")
        }
    }

    private static func certificates(_ path: String) throws -> [NIOSSLCertificate] {
        let bytes = try SmallFile(path, purpose: "certificate file").bytes
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            throw ServerSetupError("the certificate file \(path) has no certificate in PEM form")
        }
        return chain
    }

    private static func privateKey(_ path: String) throws -> NIOSSLPrivateKey {
        let bytes = try SmallFile(path, purpose: "key file").bytes
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw ServerSetupError("the key file \(path) has no private key in PEM form without a passphrase")
        }
        return key
    }
}
