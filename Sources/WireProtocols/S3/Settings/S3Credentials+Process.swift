import TransferCore

extension S3Credentials {
    /// Reads what a `credential_process` printed: JSON with `Version` 1, `AccessKeyId`, `SecretAccessKey`, and perhaps
    /// `SessionToken` and `Expiration` (AWS SDKs and Tools Reference Guide, "Process credential provider").
    ///
    /// - Throws: ``TransferError/Code/noCredentials`` with a sentence that has nothing of the output in it.
    public init(processOutput: [UInt8]) throws(TransferError) {
        guard processOutput.count <= Self.longestOutput, let output = JSONBody.decode(Output.self, processOutput) else {
            throw TransferError(
                .noCredentials, "credential_process printed something that is not JSON with credentials")
        }
        guard output.version == 1 else {
            throw TransferError(.noCredentials, "credential_process speaks a Version other than 1")
        }
        guard let accessKey = output.accessKey, !accessKey.isEmpty, let secretKey = output.secretKey,
            !secretKey.isEmpty
        else { throw TransferError(.noCredentials, "credential_process printed no AccessKeyId or no SecretAccessKey") }
        var expiresAt: WallTime?
        if let text = output.expiration {
            expiresAt = ISO8601Date.parse(text)
            guard expiresAt != nil else {
                throw TransferError(.noCredentials, "credential_process printed an Expiration that is no time")
            }
        }
        self = try AWSCredentialSource.checked(
            S3Credentials(
                accessKey: accessKey, secretKey: secretKey,
                sessionToken: output.sessionToken.flatMap { $0.isEmpty ? nil : $0 }, expiresAt: expiresAt),
            "credential_process")
    }

    /// In bytes.
    private static let longestOutput = 1 << 20

    private struct Output: Decodable {
        var version: Int?
        var accessKey: String?
        var secretKey: String?
        var sessionToken: String?
        var expiration: String?

        enum CodingKeys: String, CodingKey {
            case version = "Version"
            case accessKey = "AccessKeyId"
            case secretKey = "SecretAccessKey"
            case sessionToken = "SessionToken"
            case expiration = "Expiration"
        }
    }
}
