import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Downloads from a real object store.
@Suite struct SeaweedDownloadTests {
    /// Larger than two of the smallest parts that stores take.
    private static let file = PatternFile(seed: 53, size: 12_000_000)

    /// Puts the file there and downloads it.
    private func roundTrip(
        _ file: PatternFile = file, key: String, partSize: Int?, checksum: S3Oracle.Checksum?,
        secretKey: String = SeaweedFS.secretKey
    ) async throws -> (TransferSnapshot, EngineBench) {
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let oracle = S3Oracle(store)
        var bench = try EngineBench()
        let source = bench.folder.path("source")
        try file.write(to: source)
        try await oracle.put(fileAt: source, as: key, in: bucket, partSize: partSize, checksum: checksum)
        bench.access = StoreAccess(
            endpoint: store.endpoint, accessKey: SeaweedFS.accessKey, secretKey: secretKey)
        var options = EngineBench.quickOptions
        options.chunkSize = nil
        return (try await bench.fetch("s3://\(bucket)/\(key)", to: "", options: options), bench)
    }

    @Test(
        arguments: [
            (5 << 20, .sha256), (nil, .sha256), (5 << 20, .crc32), (nil, .sha1), (5 << 20, nil), (nil, nil),
        ] as [(Int?, S3Oracle.Checksum?)])
    func anObjectArrives(_ partSize: Int?, _ checksum: S3Oracle.Checksum?) async throws {
        let (result, bench) = try await roundTrip(
            key: "folder/file.bin", partSize: partSize, checksum: checksum)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(try Self.file.firstDifference(fromFileAt: bench.folder.path("file.bin")) == nil)
        // What the store knows was compared.
        let known = try bench.store.loadQueue().first?.version?.checksum
        #expect(known?.algorithm.rawValue == checksum?.rawValue)
        #expect(known?.parts?.size == (checksum == nil ? nil : partSize.map(Int64.init)))
    }

    @Test(arguments: ["a b+c%20d?e#f&g=h", "ä/日本.txt", "x/~'()*!.bin", "a/%2F"])
    func anyKeyReachesTheStoreAsItIs(_ key: String) async throws {
        let file = PatternFile(seed: 54, size: 10_000)
        let (result, bench) = try await roundTrip(file, key: key, partSize: nil, checksum: .sha256)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        let name = String(key[(key.lastIndex(of: "/").map(key.index(after:)) ?? key.startIndex)...])
        #expect(try file.firstDifference(fromFileAt: bench.folder.path(name)) == nil)
    }

    @Test func anEmptyObjectArrives() async throws {
        let file = PatternFile(seed: 1, size: 0)
        let (result, bench) = try await roundTrip(file, key: "empty", partSize: nil, checksum: nil)
        #expect(result.state == .completed)
        #expect(try bench.folder.read("empty").isEmpty)
    }

    @Test func aWrongSecretIsToldInWords() async throws {
        let file = PatternFile(seed: 54, size: 10_000)
        let (result, _) = try await roundTrip(
            file, key: "k", partSize: nil, checksum: nil, secretKey: "wrong")
        #expect(result.state == .paused)
        #expect(result.error?.code == .unauthorized)
        #expect(result.error?.detail.description.contains("SignatureDoesNotMatch") == true)
    }

    @Test func whatIsNotThereIsNamed() async throws {
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        var bench = try EngineBench()
        bench.access = StoreAccess(
            endpoint: store.endpoint, accessKey: SeaweedFS.accessKey, secretKey: SeaweedFS.secretKey)
        let key = try await bench.fetch("s3://\(bucket)/no/such", to: "k")
        #expect(key.error?.detail.description == "there is no object no/such in \(bucket)")
        let other = try await bench.fetch("s3://no-such-bucket-here/k", to: "b")
        #expect(other.error?.code == .notFound)
    }
}
