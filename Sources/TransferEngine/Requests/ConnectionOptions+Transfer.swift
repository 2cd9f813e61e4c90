import TransferCore

extension ConnectionOptions {
    /// What a transfer and the settings say about connections.
    init(_ transfer: TransferOptions, _ settings: EngineSettings) {
        self.init()
        certificateAuthorities = transfer.certificateAuthorities
        acceptsAnyCertificate = transfer.insecure
        usesNetrc = transfer.netrc
        connectTimeout = settings.connectTimeout
        stallTimeout = settings.stallTimeout
    }
}
