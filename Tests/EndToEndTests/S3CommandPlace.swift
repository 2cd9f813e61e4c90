import Foundation
import TestSupport

/// A bucket of its own at the real store, and the program beside it.
struct S3CommandPlace: Sendable {
    let store: SeaweedFS
    let bucket: String
    let folder: TemporaryFolder
    let program: CarryonProgram
    let oracle: S3Oracle

    init() async throws {
        store = try await SeaweedFS.shared()
        bucket = try await store.makeBucket()
        folder = try TemporaryFolder()
        program = CarryonProgram(in: folder)
        oracle = S3Oracle(store)
    }

    /// `s3://BUCKET/KEY`.
    func address(_ key: String = "") -> String { "s3://\(bucket)/\(key)" }

    /// Runs the program with the store's settings in the environment, or with others.
    func run(_ arguments: [String], _ environment: [String: String]? = nil) async throws -> CarryonProgram.Result {
        let own = ["AWS_PROFILE": "", "AWS_SESSION_TOKEN": "", "AWS_ENDPOINT_URL_S3": ""]
        return try await program.run(arguments, environment: own.merging(environment ?? store.environment) { $1 })
    }

    /// An environment that knows nothing, so that settings files count.
    static let nothingSet = [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
        "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    ].reduce(into: [String: String]()) { $0[$1] = "" }

    /// The digest of a file in lowercase hex.
    static func digest(_ file: PatternFile) -> String { hex(SHA256.hash(file.bytes)) }

    static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    /// What a command printed with `--json`.
    static func objects(_ output: String) throws -> [[String: Any]] {
        try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]] ?? []
    }
}
