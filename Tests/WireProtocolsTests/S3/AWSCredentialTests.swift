import Testing
import TransferCore
import WireProtocols

@Suite("Where credentials come from")
struct AWSCredentialTests {
    private static let environment = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "env-secret"]

    private static func source(
        _ environment: [String: String] = [:], config: String? = nil, credentials: String? = nil, profile: String? = nil
    ) throws(TransferError) -> AWSCredentialSource {
        try AWSSettings(
            environment: environment, configText: config, credentialsText: credentials, profile: profile
        ).credentialSource()
    }

    private static func sentence(
        _ environment: [String: String] = [:], config: String? = nil, credentials: String? = nil, profile: String? = nil
    ) -> String? {
        do throws(TransferError) {
            _ = try source(environment, config: config, credentials: credentials, profile: profile)
            return nil
        } catch {
            return error.code == .noCredentials ? error.detail.description : "\(error)"
        }
    }

    private static func accessKey(_ source: AWSCredentialSource) -> String? {
        if case .keys(let credentials) = source { credentials.accessKey } else { nil }
    }

    private static func keys(_ name: String) -> String {
        "aws_access_key_id = \(name)\naws_secret_access_key = \(name)-secret\n"
    }

    @Test("the environment comes first")
    func environment() throws {
        let more = ["AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": "2026-11-23T10:00:00Z"]
        let credentials = S3Credentials(
            accessKey: "ENV", secretKey: "env-secret", sessionToken: "t",
            expiresAt: WallTime(milliseconds: 1_795_428_000_000))
        let all = Self.environment.merging(more) { $1 }
        let file = "[default]\n" + Self.keys("FILE")
        #expect(try Self.source(all, credentials: file) == .keys(credentials))
        #expect(try Self.accessKey(Self.source(Self.environment, config: "[default]\nrole_arn = x")) == "ENV")
        #expect(
            Self.sentence(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": ""], credentials: file)
                == "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
        let empty = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"]
        #expect(try Self.accessKey(Self.source(empty, credentials: file)) == "FILE")
    }

    @Test("a profile that is given explicitly comes before the environment, one from a variable does not")
    func explicitProfile() throws {
        let file = "[work]\n" + Self.keys("WORK")
        #expect(try Self.accessKey(Self.source(Self.environment, credentials: file, profile: "work")) == "WORK")
        let named = Self.environment.merging(["AWS_PROFILE": "work"]) { $1 }
        #expect(try Self.accessKey(Self.source(named, credentials: file)) == "ENV")
        #expect(Self.sentence(Self.environment, profile: "default")?.hasPrefix("no credentials: ") == true)
    }

    @Test("the credentials file, then the process, then the config file")
    func order() throws {
        let process = "credential_process = /opt/get --for \"a b\"\n"
        let both = "[default]\n" + process + Self.keys("CONFIG")
        let file = "[default]\n" + Self.keys("FILE") + "aws_session_token = t\n"
        let keys = S3Credentials(accessKey: "FILE", secretKey: "FILE-secret", sessionToken: "t")
        #expect(try Self.source(config: both, credentials: file) == .keys(keys))
        #expect(try Self.source(config: both) == .process(command: "/opt/get --for \"a b\""))
        #expect(
            try Self.source(config: both, credentials: "[other]\n" + Self.keys("OTHER")) == Self.source(config: both))
        #expect(try Self.accessKey(Self.source(config: "[default]\n" + Self.keys("CONFIG"))) == "CONFIG")
        #expect(try Self.source(credentials: "[default]\n" + process) == .process(command: "/opt/get --for \"a b\""))
        #expect(
            Self.sentence(credentials: "[default]\naws_access_key_id = A")
                == "the profile default has an aws_access_key_id, but no aws_secret_access_key")
    }

    @Test(
        "ways that carryon does not have are named, even if there are keys that come later",
        arguments: [
            ("role_arn = arn:x\nsource_profile = y", "assumes a role (role_arn)"),
            ("role_arn = arn:x\nweb_identity_token_file = /t", "assumes a role (role_arn)"),
            ("sso_session = s\nsso_account_id = 1", "signs in with SSO (sso_…)"),
            ("sso_start_url = https://s\nsso_account_id = 1\nsso_role_name = r", "signs in with SSO (sso_…)"),
            ("login_session = arn:x", "signs in with a browser (login_session)"),
        ])
    func foreignWays(setting: String, way: String) {
        let text = "[profile p]\n\(setting)\n" + Self.keys("CONFIG")
        #expect(
            Self.sentence(config: text, profile: "p")
                == "the profile p \(way), which carryon leaves to the AWS command line: give a profile with "
                + "credential_process = aws configure export-credentials --profile p")
    }

    @Test("without any, it is said what would help")
    func none() {
        #expect(
            Self.sentence()
                == "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the profile default keys or a "
                + "credential_process in the AWS credentials or config file")
        let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]
        #expect(
            Self.sentence(container)?.hasPrefix("no credentials (carryon does not ask the container for them): ")
                == true)
        let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn:x"]
        #expect(Self.sentence(web)?.hasPrefix("AWS_WEB_IDENTITY_TOKEN_FILE asks for a web identity") == true)
    }

    @Test("no line break gets into a field")
    func lineBreaks() {
        #expect(
            Self.sentence(["AWS_ACCESS_KEY_ID": "A\r\nB", "AWS_SECRET_ACCESS_KEY": "s"])?.contains("control") == true)
        let token = Self.environment.merging(["AWS_SESSION_TOKEN": "t\n"]) { $1 }
        #expect(Self.sentence(token)?.contains("control") == true)
    }

    @Test("what a process prints")
    func process() throws {
        let text = """
            {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t",
             "Expiration": "2026-11-23T11:00:00+01:00", "AccountId": "1"}
            """
        let expected = S3Credentials(
            accessKey: "A", secretKey: "s", sessionToken: "t", expiresAt: WallTime(milliseconds: 1_795_428_000_000))
        #expect(try S3Credentials(processOutput: Array(text.utf8)) == expected)
        let bare = #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"}"#
        #expect(try S3Credentials(processOutput: Array(bare.utf8)) == S3Credentials(accessKey: "A", secretKey: "s"))
    }

    @Test(
        "what a process must not print",
        arguments: [
            "", "{}", "[]", "SECRET", #"{"Version":2,"AccessKeyId":"SECRET","SecretAccessKey":"SECRET"}"#,
            #"{"AccessKeyId":"SECRET","SecretAccessKey":"SECRET"}"#, #"{"Version":1,"SecretAccessKey":"SECRET"}"#,
            #"{"Version":1,"AccessKeyId":"SECRET"}"#, #"{"Version":1,"AccessKeyId":"","SecretAccessKey":"SECRET"}"#,
            #"{"Version":"1","AccessKeyId":"SECRET","SecretAccessKey":"SECRET"}"#,
            #"{"Version":1,"AccessKeyId":"SECRET","SecretAccessKey":"SECRET","Expiration":"soon"}"#,
            #"{"Version":1,"AccessKeyId":"SECRET\n","SecretAccessKey":"SECRET"}"#, "\u{0}\u{1}",
        ])
    func badProcess(text: String) {
        do throws(TransferError) {
            _ = try S3Credentials(processOutput: Array(text.utf8))
            Issue.record("was read")
        } catch {
            #expect(error.code == .noCredentials && !error.detail.description.contains("SECRET"))
        }
    }
}
