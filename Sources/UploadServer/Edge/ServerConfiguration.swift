/// Who may come in, and where.
public struct ServerConfiguration: Sendable {
    /// Anything but a loopback address needs a token file.
    public var address: ListenAddress
    /// Certificate and key; plain HTTP without.
    public var tls: TLSFiles?
    /// A file of tokens, see ``TokenTable``; without one everybody who can connect may do everything.
    public var tokenFile: String?
    public var limits = ConnectionLimits()
    /// How long running requests may go on after the server was told to stop; then they are cut off.
    public var stopTime = Duration.seconds(30)

    public init(address: ListenAddress, tls: TLSFiles? = nil, tokenFile: String? = nil) {
        self.address = address
        self.tls = tls
        self.tokenFile = tokenFile
    }

    /// Two PEM files.
    public struct TLSFiles: Hashable, Sendable {
        /// The server's certificate, followed by those that lead to a root.
        public var certificateChain: String
        /// The private key of the first certificate.
        public var privateKey: String

        public init(certificateChain: String, privateKey: String) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
        }
    }
}
