import TransferCore

/// The settings that users of AWS have: variables and the files `config` and `credentials`, resolved for S3.
///
/// Nothing is read here: the caller hands in the environment and the texts of the files. Values of it hold secrets, but no
/// description shows them.
///
/// Source: AWS SDKs and Tools Reference Guide, "Configuration and authentication settings"; `botocore/configprovider.py`
/// and `botocore/credentials.py`.
public struct AWSSettings: Sendable {
    /// How buckets stand in addresses: `addressing_style` in the table `s3` of a profile.
    public enum AddressingStyle: String, Sendable, Hashable {
        case auto
        case path
        case virtual

        /// `nil` lets the endpoint decide.
        public var isPathStyle: Bool? {
            switch self {
            case .auto: nil
            case .path: true
            case .virtual: false
            }
        }
    }

    /// The name of the profile that was used, whether or not there is one of that name.
    public let profile: String
    /// As configured; `nil` leaves it to be learnt.
    public let region: String?
    /// Of a store other than AWS, as configured.
    public let endpointURL: String?
    public let addressingStyle: AddressingStyle

    private let source: Result<AWSCredentialSource, TransferError>

    /// - Parameters:
    ///   - environment: The variables of the process.
    ///   - configText: Of the file ``AWSFiles/config``; `nil` if there is none.
    ///   - credentialsText: Of the file ``AWSFiles/credentials``; `nil` if there is none.
    ///   - profile: The name that the user gave explicitly, which takes the place of the environment's credentials; `nil`
    ///     takes that of `AWS_PROFILE`, `AWS_DEFAULT_PROFILE`, or `default`.
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user, if a file or a value cannot be understood
    ///   or the profile is named but not there.
    public init(
        environment: [String: String], configText: String?, credentialsText: String?, profile: String?
    ) throws(TransferError) {
        let variables = AWSVariables(environment)
        let files = try AWSProfiles(configText: configText, credentialsText: credentialsText)
        let named = profile ?? variables["AWS_PROFILE"] ?? variables["AWS_DEFAULT_PROFILE"]
        let name = named ?? "default"
        guard named == nil || named == "default" || files.profiles[name] != nil else {
            throw TransferError(
                .malformed, "there is no profile \(name.prefix(80)) in the AWS config and credentials files")
        }
        let section = files.profiles[name] ?? INIText.Section()
        self.profile = name
        region = variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"] ?? section.setting("region")
        endpointURL = try Self.endpointURL(variables, section, files)
        addressingStyle = try Self.addressingStyle(section)
        source = AWSCredentialSource.resolve(
            variables: variables, files: files, profile: name, isExplicit: profile != nil)
    }

    /// Where the credentials come from.
    ///
    /// - Throws: ``TransferError/Code/unauthorized`` with a sentence that names what was looked at, if there are none or
    ///   they come from where carryon cannot get them.
    public func credentialSource() throws(TransferError) -> AWSCredentialSource {
        try source.get()
    }

    /// The store that these settings mean.
    ///
    /// - Parameter wish: What the user said for this transfer, in place of what is configured.
    public func resolve(_ wish: StoreOptions = StoreOptions()) -> StoreOptions {
        StoreOptions(
            profile: wish.profile, endpoint: wish.endpoint ?? endpointURL, region: wish.region ?? region,
            isPathStyle: wish.isPathStyle ?? addressingStyle.isPathStyle)
    }

    private static func endpointURL(
        _ variables: AWSVariables, _ section: INIText.Section, _ files: AWSProfiles
    ) throws(TransferError) -> String? {
        let isIgnored =
            variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? section.setting("ignore_configured_endpoint_urls")
        if isIgnored.map(FieldSyntax.lowercased) == "true" { return nil }
        if let url = variables["AWS_ENDPOINT_URL_S3"] ?? variables["AWS_ENDPOINT_URL"] { return url }
        if let name = section.setting("services") {
            guard let services = files.services[name] else {
                throw TransferError(
                    .malformed, "there is no section [services \(name.prefix(80))] in the AWS config file")
            }
            if let url = services.tables["s3"]?["endpoint_url"], !url.isEmpty { return url }
        }
        return section.setting("endpoint_url")
    }

    private static func addressingStyle(_ section: INIText.Section) throws(TransferError) -> AddressingStyle {
        guard let text = section.tables["s3"]?["addressing_style"], !text.isEmpty else { return .auto }
        guard let style = AddressingStyle(rawValue: FieldSyntax.lowercased(text)) else {
            throw TransferError(.malformed, "addressing_style in the AWS config file is auto, path or virtual")
        }
        return style
    }
}

extension AWSSettings: CustomStringConvertible, CustomReflectable {
    public var description: String { "AWSSettings(profile: \(profile))" }
    public var customMirror: Mirror { Mirror(self, children: ["profile": profile]) }
}

/// Variables of the environment, of which an empty one counts as none.
struct AWSVariables {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    subscript(name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension INIText.Section {
    /// A setting, of which an empty one counts as none.
    func setting(_ name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
