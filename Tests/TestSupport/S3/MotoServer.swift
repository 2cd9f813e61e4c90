import Synchronization

/// moto's imitation of S3 on a loopback port, which answers as AWS does and takes any key there can be.
///
/// It checks no signature, no checksum and no date: ``SeaweedFS`` is for those. One serves all tests of a process; it is
/// started when the first test asks for it, keeps everything in memory, and ends with the process, however that ends.
public final class MotoServer: Sendable {
    public let port: UInt16
    /// For `--endpoint-url`.
    public var endpoint: String { "http://127.0.0.1:\(port)" }

    private let folder: TemporaryFolder
    private let process: ChildProcess
    private let bucketCount = Mutex(0)

    private static let starting = Result { try MotoServer() }

    /// The server of this process; the first call starts it.
    ///
    /// Throws if `Tests/prepare` has not installed it, or with what it wrote if it does not start.
    public static func shared() async throws -> MotoServer {
        try await onOwnThread { try starting.get() }
    }

    private init() throws {
        let program = try TestTools.find("moto_server")
        let reserved = try ReservedPort()
        port = reserved.port
        folder = try TemporaryFolder()
        process = try ChildProcess.startWatched(program, ["-H", "127.0.0.1", "-p", String(port)], in: folder)
        let (process, port, folder) = (self.process, self.port, self.folder)
        func log() -> String { String(decoding: (try? folder.read("log")) ?? [], as: UTF8.self) }
        try withExtendedLifetime(reserved) {
            try eventuallyBlocking("moto_server answers; its log: \(log())", timeout: .seconds(120)) {
                if let status = process.statusIfEnded() {
                    throw ProgramFailure(description: "moto_server ended with wait status \(status): \(log())")
                }
                return (try? RawConnection(port: port).exchange("GET", "/moto-api/", []))?.status == 200
            }
        }
    }

    /// Makes a bucket that nobody else uses, and returns its name.
    public func makeBucket() async throws -> String {
        let number = bucketCount.withLock { count in
            count += 1
            return count
        }
        let name = "moto-\(number)"
        let port = self.port
        try await onOwnThread {
            let response = try RawConnection(port: port).exchange("PUT", "/\(name)", fields)
            guard response.status == 200 else {
                let answer = String(decoding: response.body, as: UTF8.self)
                throw ProgramFailure(description: "moto did not make a bucket: \(response.statusLine) \(answer)")
            }
        }
        return name
    }

    /// What points any AWS client at this server, and nothing of the developer's own settings.
    public var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": "carryon", "AWS_SECRET_ACCESS_KEY": "carryon-secret",
            "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint,
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }
}

/// A signature that names everything and proves nothing, which is enough for moto.
private let fields = [
    (
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=carryon/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    ),
    ("x-amz-date", "20261123T000000Z"), ("Content-Length", "0"), ("Connection", "close"),
]
