import TransferCore

/// Where credentials come from.
public enum AWSCredentialSource: Sendable, Hashable {
    /// They are known.
    case keys(S3Credentials)
    /// A command prints them (`credential_process`): a line for the shell, whose output is for
    /// ``S3Credentials/init(processOutput:)``.
    case process(command: String)

    /// The order is botocore's (`credentials.py`, `create_credential_resolver`). Where it would go on with a way that
    /// carryon does not have, that is an error: what comes later in the order belongs to somebody else.
    static func resolve(
        variables: AWSVariables, files: AWSProfiles, profile: String, isExplicit: Bool
    ) -> Result<AWSCredentialSource, TransferError> {
        do throws(TransferError) {
            if !isExplicit, let keys = try keys(variables) { return .success(.keys(keys)) }
            let merged = files.profiles[profile] ?? INIText.Section()
            if merged.setting("role_arn") != nil { throw cannot("assumes a role (role_arn)", profile) }
            if !isExplicit, variables["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil, variables["AWS_ROLE_ARN"] != nil {
                throw TransferError(
                    .noCredentials,
                    "AWS_WEB_IDENTITY_TOKEN_FILE asks for a web identity, which carryon does not have: "
                        + "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            }
            if merged.setting("sso_session") != nil || merged.setting("sso_account_id") != nil {
                throw cannot("signs in with SSO (sso_…)", profile)
            }
            if let section = files.credentials[profile], let keys = try keys(section, profile) {
                return .success(.keys(keys))
            }
            if merged.setting("login_session") != nil {
                throw cannot("signs in with a browser (login_session)", profile)
            }
            if let command = merged.setting("credential_process") { return .success(.process(command: command)) }
            if let keys = try keys(merged, profile) { return .success(.keys(keys)) }
            throw none(variables, profile)
        } catch {
            return .failure(error)
        }
    }

    // MARK: Keys

    private static func keys(_ variables: AWSVariables) throws(TransferError) -> S3Credentials? {
        guard let accessKey = variables["AWS_ACCESS_KEY_ID"] else { return nil }
        guard let secretKey = variables["AWS_SECRET_ACCESS_KEY"] else {
            throw TransferError(.noCredentials, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
        }
        return try checked(
            S3Credentials(
                accessKey: accessKey, secretKey: secretKey,
                sessionToken: variables["AWS_SESSION_TOKEN"] ?? variables["AWS_SECURITY_TOKEN"],
                expiresAt: variables["AWS_CREDENTIAL_EXPIRATION"].flatMap(ISO8601Date.parse)), "the environment")
    }

    private static func keys(_ section: INIText.Section, _ profile: String) throws(TransferError) -> S3Credentials? {
        guard let accessKey = section.setting("aws_access_key_id") else { return nil }
        guard let secretKey = section.setting("aws_secret_access_key") else {
            throw TransferError(
                .noCredentials, "the profile \(profile) has an aws_access_key_id, but no aws_secret_access_key")
        }
        return try checked(
            S3Credentials(
                accessKey: accessKey, secretKey: secretKey,
                sessionToken: section.setting("aws_session_token") ?? section.setting("aws_security_token")),
            "the profile \(profile)")
    }

    /// Access key and token go into fields, where a line break would be another field.
    static func checked(_ credentials: S3Credentials, _ origin: String) throws(TransferError) -> S3Credentials {
        guard !FieldSyntax.holdsControl(credentials.accessKey + (credentials.sessionToken ?? "")) else {
            throw TransferError(
                .noCredentials, "the access key or the session token of \(origin) holds a control character")
        }
        return credentials
    }

    // MARK: Sentences

    private static func cannot(_ way: String, _ profile: String) -> TransferError {
        TransferError(
            .noCredentials,
            "the profile \(profile) \(way), which carryon leaves to the AWS command line: give a profile with "
                + "credential_process = aws configure export-credentials --profile \(profile)")
    }

    private static func none(_ variables: AWSVariables, _ profile: String) -> TransferError {
        let container =
            variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] ?? variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        let unused = container == nil ? "" : " (carryon does not ask the container for them)"
        return TransferError(
            .noCredentials,
            "no credentials\(unused): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the profile "
                + "\(profile) keys or a credential_process in the AWS credentials or config file")
    }
}
