import Foundation

/// Another S3 client, boto3, that tells what is in a store and puts things there, for tests of ours.
///
/// Every call runs a program, which takes half a second or more.
public struct S3Oracle: Sendable {
    /// What an object holds, as it is read.
    public struct Digest: Sendable, Hashable, Decodable {
        /// In hexadecimal, lower case.
        public let sha256: String
        public let size: Int64
    }

    /// What the store tells of an object.
    public struct Head: Sendable, Hashable, Decodable {
        public let size: Int64
        /// Without quotation marks.
        public let etag: String
        public let contentType: String?
        /// In base64, with the number of parts after a hyphen where that is what the store says; by algorithm, `SHA256`.
        public let checksums: [String: String]
        public let checksumType: String?
        public let metadata: [String: String]
    }

    /// A multipart upload that was neither completed nor aborted.
    public struct UnfinishedUpload: Sendable, Hashable, Decodable {
        public let key: String
        public let id: String
        /// As listed: SeaweedFS lists a part that was sent twice two times.
        public let parts: [Part]
    }

    public struct Part: Sendable, Hashable, Decodable {
        public let number: Int
        public let size: Int64
        /// Without quotation marks.
        public let etag: String
    }

    /// The checksum that an object is put with.
    public enum Checksum: String, Sendable {
        case crc32 = "CRC32"
        case crc32c = "CRC32C"
        case crc64nvme = "CRC64NVME"
        case sha1 = "SHA1"
        case sha256 = "SHA256"
    }

    private let environment: [String: String]

    /// - Parameter environment: What points an AWS client at the store; see ``SeaweedFS/environment``.
    public init(environment: [String: String]) {
        self.environment = environment
    }

    public init(_ store: SeaweedFS) {
        self.init(environment: store.environment)
    }

    /// Reads an object from end to end.
    public func digest(of key: String, in bucket: String) async throws -> Digest {
        try await ask("digest", bucket, ["--key=\(key)"])
    }

    public func head(of key: String, in bucket: String) async throws -> Head {
        try await ask("head", bucket, ["--key=\(key)"])
    }

    /// All keys, sorted by their code points.
    public func keys(in bucket: String, prefix: String = "") async throws -> [String] {
        try await ask("keys", bucket, ["--prefix=\(prefix)"])
    }

    public func unfinishedUploads(in bucket: String, prefix: String = "") async throws -> [UnfinishedUpload] {
        try await ask("uploads", bucket, ["--prefix=\(prefix)"])
    }

    /// Puts a file's content at a key: in one request, or as an upload with parts of `partSize` bytes.
    public func put(
        fileAt path: String, as key: String, in bucket: String, partSize: Int? = nil, checksum: Checksum? = nil
    ) async throws {
        let _: Sent = try await ask("put", bucket, Self.options(path, key, partSize, checksum))
    }

    /// Sends the first `count` parts of a file and leaves the upload unfinished.
    ///
    /// - Returns: The id of the upload.
    public func leaveUnfinished(
        fileAt path: String, as key: String, in bucket: String, partSize: Int, after count: Int,
        checksum: Checksum? = nil
    ) async throws -> String {
        let options = Self.options(path, key, partSize, checksum) + ["--leave-after=\(count)"]
        let sent: Sent = try await ask("put", bucket, options)
        guard let id = sent.uploadId else { throw ProgramFailure(description: "s3_oracle.py told no upload id") }
        return id
    }

    public func delete(_ key: String, in bucket: String) async throws {
        let _: Nothing = try await ask("delete", bucket, ["--key=\(key)"])
    }

    private struct Sent: Decodable {
        let uploadId: String?
    }

    private struct Nothing: Decodable {}

    private static func options(_ path: String, _ key: String, _ partSize: Int?, _ checksum: Checksum?) -> [String] {
        var options = ["--file=\(path)", "--key=\(key)"]
        if let partSize { options.append("--part-size=\(partSize)") }
        if let checksum { options.append("--checksum=\(checksum.rawValue)") }
        return options
    }

    private func ask<Answer: Decodable & Sendable>(
        _ command: String, _ bucket: String, _ options: [String]
    ) async throws -> Answer {
        let environment = environment
        return try await onOwnThread {
            let process = Process()
            process.executableURL = URL(filePath: try TestTools.find("python"))
            process.arguments = ["-I", TestTools.script("s3_oracle.py"), command, "--bucket=\(bucket)"] + options
            process.environment = environment
            process.standardInput = FileHandle.nullDevice
            let folder = try TemporaryFolder()
            let errors = try folder.write([], to: "errors")
            process.standardError = FileHandle(forWritingAtPath: errors)
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let answer = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                let complaint = String(decoding: try folder.read("errors"), as: UTF8.self)
                throw ProgramFailure(description: "s3_oracle.py \(command) failed: \(complaint)")
            }
            return try JSONDecoder().decode(Answer.self, from: answer)
        }
    }
}
