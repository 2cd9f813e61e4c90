import Foundation
import Glibc
import Synchronization

/// A real object store, SeaweedFS with its S3 gateway, on loopback ports and with a folder of its own.
///
/// One serves all tests of a process: it is started when the first test asks for it, and each test works in a bucket of
/// its own. It ends with the process, however that ends, and its folder goes with it.
public final class SeaweedFS: Sendable {
    public static let accessKey = "carryon-tests"
    /// Of this process only, so that a store of another test run on a port that was to be ours refuses us.
    public static let secretKey = "carryon-tests-secret-\(getpid())"
    /// SeaweedFS takes any.
    public static let region = "us-east-1"

    /// Where S3 is spoken.
    public let port: UInt16
    /// For `--endpoint-url`: only scheme, host and port.
    public var endpoint: String { "http://127.0.0.1:\(port)" }
    /// The same under a name, for virtual-host style: libcurl takes `BUCKET.localhost` for a loopback address, the
    /// system's resolver need not.
    public var namedEndpoint: String { "http://localhost:\(port)" }

    private let folder: TemporaryFolder
    private let process: ChildProcess
    private let bucketCount = Mutex(0)

    private static let starting = Result { try SeaweedFS() }

    /// The store of this process; the first call starts it, which takes two seconds or a few more.
    ///
    /// Throws if `Tests/prepare` has not installed it, or with what it wrote if it does not start.
    public static func shared() async throws -> SeaweedFS {
        try await onOwnThread { try starting.get() }
    }

    private init() throws {
        let program = try TestTools.find("weed")
        var lastFailure: any Error = ProgramFailure(description: "SeaweedFS did not start")
        // Somebody else may take a port between the choice and the start.
        for _ in 0..<5 {
            let folder = try TemporaryFolder()
            let first = try Self.freePorts()
            let signer = S3TestSigner(port: first + 3)
            let process = try Self.start(program, first, folder)
            do {
                try Self.waitUntilReady(process, signer, folder)
            } catch let failure as ProgramFailure {
                lastFailure = failure
                continue
            }
            self.folder = folder
            self.process = process
            port = signer.port
            return
        }
        throw lastFailure
    }

    /// Makes a bucket that nobody else uses, and returns its name.
    public func makeBucket() async throws -> String {
        let number = bucketCount.withLock { count in
            count += 1
            return count
        }
        let name = "test-\(number)"
        let signer = S3TestSigner(port: port)
        try await onOwnThread {
            let response = try signer.exchange("PUT", "/\(name)")
            guard response.status == 200 else {
                let answer = String(decoding: response.body, as: UTF8.self)
                throw ProgramFailure(description: "SeaweedFS did not make a bucket: \(response.statusLine) \(answer)")
            }
        }
        return name
    }

    /// What points any AWS client at this store, and nothing of the developer's own settings.
    public var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": Self.accessKey,
            "AWS_SECRET_ACCESS_KEY": Self.secretKey,
            "AWS_REGION": Self.region,
            "AWS_DEFAULT_REGION": Self.region,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    /// What it complained of so far, for the message of a failed test.
    public func log() -> String { Self.log(folder) }

    private static func log(_ folder: TemporaryFolder) -> String {
        String(decoding: (try? folder.read("log")) ?? [], as: UTF8.self)
    }

    private static func waitUntilReady(
        _ process: ChildProcess, _ signer: S3TestSigner, _ folder: TemporaryFolder
    ) throws {
        try eventuallyBlocking("SeaweedFS stores an object; its log: \(log(folder))", timeout: .seconds(120)) {
            if let status = process.statusIfEnded() {
                throw ProgramFailure(description: "SeaweedFS ended with wait status \(status): \(log(folder))")
            }
            // The gateway answers before there is a volume that could hold anything.
            guard let bucket = try? signer.exchange("PUT", "/ready") else { return false }
            guard [200, 409].contains(bucket.status) else { return false }
            return (try? signer.exchange("PUT", "/ready/object"))?.status == 200
        }
    }
}
