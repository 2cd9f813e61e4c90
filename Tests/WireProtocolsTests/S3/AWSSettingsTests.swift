import Testing
import TransferCore
import WireProtocols

@Suite("Settings of AWS")
struct AWSSettingsTests {
    private static func settings(
        _ environment: [String: String] = [:], config: String? = nil, credentials: String? = nil, profile: String? = nil
    ) throws(TransferError) -> AWSSettings {
        try AWSSettings(
            environment: environment, configText: config, credentialsText: credentials, profile: profile)
    }

    private static func refusal(
        _ environment: [String: String] = [:], config: String? = nil, profile: String? = nil
    ) -> TransferError? {
        do throws(TransferError) {
            _ = try settings(environment, config: config, profile: profile)
            return nil
        } catch {
            return error
        }
    }

    @Test("where the files are")
    func files() {
        let usual = AWSFiles(environment: ["HOME": "/home/me"])
        #expect(usual.config == "/home/me/.aws/config" && usual.credentials == "/home/me/.aws/credentials")
        let chosen = AWSFiles(
            environment: ["HOME": "/h", "AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "/etc/aws"])
        #expect(chosen.config == "/h/c" && chosen.credentials == "/etc/aws")
        #expect(AWSFiles(environment: ["AWS_CONFIG_FILE": ""]) == AWSFiles(environment: ["HOME": ""]))
        #expect(AWSFiles(environment: [:]).config == nil && AWSFiles(environment: [:]).credentials == nil)
    }

    @Test("nothing at all is AWS, with a region to be learnt")
    func nothing() throws {
        let settings = try Self.settings()
        #expect(settings.profile == "default" && settings.region == nil && settings.endpointURL == nil)
        #expect(try S3Endpoint(settings.resolve()) == S3Endpoint.aws(region: nil))
    }

    private static let config = """
        # Comment
        [default]
        region = eu-west-1
        [profile work]
        Region: eu-west-2
        endpoint_url = https://work.example
        s3 =
            addressing_style = virtual
            max_concurrent_requests = 20
        output = json
        ; another comment
        [profile "with space"]
        region=eu-west-3
        [other]
        region = wrong
        [profile services-user]
        services = mine
        endpoint_url = https://global.example
        [services mine]
        dynamodb =
          endpoint_url = https://wrong.example
        s3 =
          endpoint_url = https://mine.example

        [profile ignoring]
        endpoint_url = https://wrong.example
        ignore_configured_endpoint_urls = TRUE
        """

    @Test(
        "which profile",
        arguments: [
            ([:], nil, "default", "eu-west-1"), (["AWS_PROFILE": "work"], nil, "work", "eu-west-2"),
            (["AWS_DEFAULT_PROFILE": "work"], nil, "work", "eu-west-2"),
            (["AWS_PROFILE": "with space", "AWS_DEFAULT_PROFILE": "work"], nil, "with space", "eu-west-3"),
            (["AWS_PROFILE": "with space"], "work", "work", "eu-west-2"),
            (["AWS_PROFILE": ""], nil, "default", "eu-west-1"),
            (["AWS_REGION": "r1", "AWS_DEFAULT_REGION": "r2"], "work", "work", "r1"),
            (["AWS_DEFAULT_REGION": "r2"], "work", "work", "r2"),
            (["AWS_REGION": ""], "default", "default", "eu-west-1"),
        ] as [([String: String], String?, String, String)])
    func profiles(environment: [String: String], explicit: String?, profile: String, region: String) throws {
        let settings = try Self.settings(environment, config: Self.config, profile: explicit)
        #expect(settings.profile == profile && settings.region == region)
    }

    @Test(
        "which endpoint",
        arguments: [
            ([:], nil, nil), ([:], "work", "https://work.example"), ([:], "services-user", "https://mine.example"),
            (["AWS_ENDPOINT_URL": "http://e"], "services-user", "http://e"),
            (["AWS_ENDPOINT_URL": "http://e", "AWS_ENDPOINT_URL_S3": "http://s"], "work", "http://s"),
            (["AWS_ENDPOINT_URL_S3": ""], "work", "https://work.example"), ([:], "ignoring", nil),
            (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://e"], "work", nil),
            (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"], "ignoring", "https://wrong.example"),
        ] as [([String: String], String?, String?)])
    func endpoints(environment: [String: String], profile: String?, url: String?) throws {
        #expect(try Self.settings(environment, config: Self.config, profile: profile).endpointURL == url)
    }

    @Test("how buckets stand in addresses")
    func addressing() throws {
        let work = try Self.settings(config: Self.config, profile: "work")
        #expect(work.addressingStyle == .virtual)
        func endpoint(_ settings: AWSSettings, _ wish: StoreOptions = StoreOptions()) throws -> S3Endpoint {
            try S3Endpoint(settings.resolve(wish))
        }
        let own = try S3Endpoint(url: "https://work.example", region: "eu-west-2", isPathStyle: false)
        #expect(try endpoint(work) == own)
        let plain = try endpoint(Self.settings(config: Self.config, profile: "services-user"))
        #expect(plain.isPathStyle && plain.region == "us-east-1")
        let path = try Self.settings(config: "[default]\ns3=\n addressing_style=PATH")
        #expect(try endpoint(path) == S3Endpoint.aws(region: nil, isPathStyle: true))
        let auto = try Self.settings(config: "[default]\ns3 =\n  addressing_style = auto")
        #expect(try endpoint(auto).isPathStyle == false)
        let options = StoreOptions(endpoint: "http://h", region: "r", isPathStyle: true)
        #expect(try endpoint(work, options) == S3Endpoint(url: "http://h", region: "r", isPathStyle: true))
    }

    @Test("the credentials file knows profiles by their bare name, and comes before the other")
    func credentialsFile() throws {
        let credentials = "[work]\nregion = from-credentials\n[profile odd]\nregion = x\n[only here]\nregion = y"
        #expect(
            try Self.settings(config: Self.config, credentials: credentials, profile: "work").region
                == "from-credentials")
        #expect(try Self.settings(credentials: credentials, profile: "only here").region == "y")
        #expect(try Self.settings(credentials: credentials, profile: "profile odd").region == "x")
    }

    @Test("a profile that is named must be there", arguments: ["nobody", "other", "profile work", "\"with space\""])
    func missingProfile(name: String) throws {
        #expect(Self.refusal(config: Self.config, profile: name)?.code == .malformed)
        let error = Self.refusal(["AWS_PROFILE": name], config: Self.config)
        #expect(error?.detail.description == "there is no profile \(name) in the AWS config and credentials files")
        #expect(try Self.settings(profile: "default").profile == "default")
    }

    @Test("what cannot be understood is named, but not shown")
    func malformed() {
        for (config, sentence) in [
            ("[default]\naws_secret_access_key", "line 2 of the AWS config file is neither a section nor a setting"),
            ("# a\n\nregion = x", "line 3 of the AWS config file is neither a section nor a setting"),
            ("[]", "line 1 of the AWS config file is neither a section nor a setting"),
            ("[default]\n = x", "line 2 of the AWS config file is neither a section nor a setting"),
            ("[default]\ns3 =\n  nested", "line 3 of the AWS config file is neither a section nor a setting"),
            (
                "[default]\ns3 =\n  addressing_style = x",
                "addressing_style in the AWS config file is auto, path or virtual"
            ),
            ("[default]\nservices = x", "there is no section [services x] in the AWS config file"),
        ] {
            #expect(Self.refusal(config: config)?.detail.description == sentence)
        }
    }

    @Test("odd files that botocore reads as well")
    func oddFiles() throws {
        let odd =
            "\r\n  [default]\r\n  region = a\r\n  ; no\r\n\r\n[profile 'q\"x'] ; y\nregion = b = c\n[profile a b]\nregion=d\n"
            + "[profile \\\"e]\nregion = e\n[profile 'open]\nregion = f\n[default]\nOUTPUT = x"
        #expect(try Self.settings(config: odd).region == "a")
        #expect(try Self.settings(config: odd, profile: "q\"x").region == "b = c")
        #expect(try Self.settings(config: odd, profile: "\"e").region == "e")
        for name in ["a", "a b", "open", "'open"] { #expect(Self.refusal(config: odd, profile: name) != nil) }
        // A deeper line goes on with the value before it and is no setting.
        let deeper = "[default]\nregion = a\n  output = b\nendpoint_url = http://h"
        #expect(try Self.settings(config: deeper).endpointURL == "http://h")
    }

    @Test("descriptions show no secrets")
    func secrets() throws {
        let settings = try Self.settings(credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=SECRET")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped, "\(try settings.credentialSource())"] {
            #expect(!text.contains("SECRET"))
        }
    }
}
