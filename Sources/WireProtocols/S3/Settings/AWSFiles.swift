/// Where the settings files of AWS are.
public struct AWSFiles: Sendable, Hashable {
    /// `nil` if nothing says where it is.
    public let config: String?
    /// `nil` if nothing says where it is.
    public let credentials: String?

    /// `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, in which a `~/` at the start is the home folder, or else the
    /// files in `~/.aws`.
    public init(environment: [String: String]) {
        let variables = AWSVariables(environment)
        let home = variables["HOME"]
        func path(_ variable: String, _ fallback: String) -> String? {
            let path = variables[variable] ?? fallback
            guard path.utf8.starts(with: "~/".utf8) else { return path }
            return home.map { $0 + path.dropFirst() }
        }
        config = path("AWS_CONFIG_FILE", "~/.aws/config")
        credentials = path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    }
}
