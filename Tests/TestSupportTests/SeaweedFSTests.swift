import TestSupport
import Testing

@Suite struct SeaweedFSTests {
    @Test func bucketsAreApart() async throws {
        let store = try await SeaweedFS.shared()
        let (one, other) = (try await store.makeBucket(), try await store.makeBucket())
        #expect(one != other)
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "file")
        let oracle = S3Oracle(store)
        try await oracle.put(fileAt: path, as: "a b/ü+%.bin", in: one)
        #expect(try await oracle.keys(in: one) == ["a b/ü+%.bin"])
        #expect(try await oracle.keys(in: one, prefix: "b") == [])
        #expect(try await oracle.keys(in: other) == [])
        try await oracle.delete("a b/ü+%.bin", in: one)
        #expect(try await oracle.keys(in: one) == [])
    }

    @Test func sharedIsOne() async throws {
        async let one = SeaweedFS.shared()
        async let other = SeaweedFS.shared()
        #expect(try await one === other)
    }

    @Test func oracleReadsWhatItPut() async throws {
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let folder = try TemporaryFolder()
        let pattern = PatternFile(seed: 7, size: (5 << 20) + 1000)
        let path = try folder.write(pattern, to: "file")
        let sha256 = SHA256.hash(pattern.bytes).map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        let oracle = S3Oracle(store)

        try await oracle.put(fileAt: path, as: "whole", in: bucket, checksum: .sha256)
        try await oracle.put(fileAt: path, as: "parts", in: bucket, partSize: 5 << 20, checksum: .sha256)
        for key in ["whole", "parts"] {
            let digest = try await oracle.digest(of: key, in: bucket)
            #expect(digest.sha256 == sha256 && digest.size == pattern.size)
        }
        let head = try await oracle.head(of: "parts", in: bucket)
        #expect(head.size == pattern.size && head.etag.hasSuffix("-2"))
        #expect(head.checksumType == "COMPOSITE" && head.checksums["SHA256"]?.hasSuffix("-2") == true)
        #expect(try await oracle.head(of: "whole", in: bucket).checksums.keys.sorted() == ["SHA256"])
        #expect(try await oracle.unfinishedUploads(in: bucket) == [])
    }

    @Test func oracleSeesUnfinishedUploads() async throws {
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let folder = try TemporaryFolder()
        let path = try folder.write(PatternFile(seed: 8, size: (10 << 20) + 1), to: "file")
        let oracle = S3Oracle(store)
        let id = try await oracle.leaveUnfinished(fileAt: path, as: "up/left", in: bucket, partSize: 5 << 20, after: 2)
        let uploads = try await oracle.unfinishedUploads(in: bucket, prefix: "up/")
        #expect(uploads.map(\.id) == [id] && uploads.map(\.key) == ["up/left"])
        #expect(uploads.first?.parts.map(\.number) == [1, 2])
        #expect(uploads.first?.parts.map(\.size) == [5 << 20, 5 << 20])
        #expect(try await oracle.unfinishedUploads(in: bucket, prefix: "other") == [])
        #expect(try await oracle.keys(in: bucket) == [])
    }

    @Test func complaintsOfTheOracleReachTheTest() async throws {
        let store = try await SeaweedFS.shared()
        let bucket = try await store.makeBucket()
        let failure = await #expect(throws: ProgramFailure.self) {
            try await S3Oracle(store).digest(of: "missing", in: bucket)
        }
        #expect(failure?.description.contains("NoSuchKey") == true)
    }

    @Test func missingToolIsNamedWithItsRemedy() throws {
        let failure = #expect(throws: ProgramFailure.self) { try TestTools.find("no-such-tool") }
        #expect(failure?.description.hasSuffix("run Tests/prepare") == true)
    }
}
