import TransferCore
import WireProtocols

/// The account and the day of the examples in the Amazon S3 API Reference, "Authenticating Requests: Examples".
enum Signing {
    static let credentials = S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    /// 2013-05-24T00:00:00Z
    static let time = WallTime(milliseconds: 1_369_353_600_000)
    static let host = "https://examplebucket.s3.amazonaws.com"

    static func access(_ credentials: S3Credentials = credentials) throws -> S3Access {
        S3Access(credentials: credentials, endpoint: try S3Endpoint.aws(region: "us-east-1"))
    }

    static func value(_ name: String, in request: HTTPRequest) -> String? {
        let found = request.headers.filter { $0.name.lowercased() == name.lowercased() }
        return found.count == 1 ? found[0].value : nil
    }
}
