import Foundation
import TestSupport
import Testing

/// The built program and moto, whose lists and keys are those of AWS.
@Suite(.timeLimit(.minutes(5))) struct MotoTests {
    private static let file = PatternFile(seed: 36, size: 12_000_001)

    /// A bucket of its own, and the program beside it.
    private struct Place {
        let bucket: String
        let folder: TemporaryFolder
        let oracle: S3Oracle
        private let program: CarryonProgram
        private let environment: [String: String]

        init() async throws {
            let server = try await MotoServer.shared()
            bucket = try await server.makeBucket()
            folder = try TemporaryFolder()
            program = CarryonProgram(in: folder)
            environment = server.environment
            oracle = S3Oracle(environment: environment)
        }

        func address(_ key: String = "") -> String { "s3://\(bucket)/\(key)" }

        func run(_ arguments: String...) async throws -> CarryonProgram.Result {
            let own = ["AWS_PROFILE": "", "AWS_SESSION_TOKEN": "", "AWS_ENDPOINT_URL_S3": ""]
            return try await program.run(arguments, environment: own.merging(environment) { $1 })
        }

        func list() async throws -> [[String: Any]] { try await program.list() }
    }

    @Test func aFileGoesUpInPartsAndComesDownAgain() async throws {
        let place = try await Place()
        try place.folder.write(Self.file, to: "f.bin")
        let up = try await place.run("cp", "--chunk-size", "5M", "f.bin", place.address("in/"))
        #expect(up.status == 0, "\(up.errors)")
        let digest = try await place.oracle.digest(of: "in/f.bin", in: place.bucket)
        #expect(digest.sha256 == S3CommandPlace.digest(Self.file) && digest.size == Self.file.size)
        #expect(try await place.oracle.head(of: "in/f.bin", in: place.bucket).etag.hasSuffix("-3"))
        #expect(try await place.oracle.unfinishedUploads(in: place.bucket).isEmpty)
        let down = try await place.run("cp", place.address("in/f.bin"), "copy.bin")
        #expect(down.status == 0, "\(down.errors)")
        #expect(try Self.file.firstDifference(fromFileAt: place.folder.path("copy.bin")) == nil)
    }

    @Test(arguments: [0, 1, 100_000] as [Int64])
    func aSmallFileGoesUpAndComesDownAgain(_ size: Int64) async throws {
        let place = try await Place()
        let file = PatternFile(seed: 37, size: size)
        try place.folder.write(file, to: "f")
        let up = try await place.run("cp", "f", place.address())
        #expect(up.status == 0, "\(up.errors)")
        let down = try await place.run("cp", place.address("f"), "copy")
        #expect(down.status == 0, "\(down.errors)")
        #expect(try file.firstDifference(fromFileAt: place.folder.path("copy")) == nil)
    }

    @Test func anObjectIsReplacedOnlyIfThatIsWanted() async throws {
        let place = try await Place()
        try place.folder.write([1, 2, 3], to: "f")
        #expect(try await place.run("cp", "f", place.address()).status == 0)
        try place.folder.write([4, 5, 6], to: "f")
        #expect(try await place.run("cp", "f", place.address()).status == 1)
        let listed = try #require(try await place.list().last)
        #expect((listed["error"] as? [String: Any])?["code"] as? String == "remote-name-taken")
        let old = try await place.oracle.digest(of: "f", in: place.bucket).sha256
        #expect(old == S3CommandPlace.hex(SHA256.hash([1, 2, 3])))
        let replaced = try await place.run("cp", "--overwrite", "f", place.address())
        #expect(replaced.status == 0, "\(replaced.errors)")
        let new = try await place.oracle.digest(of: "f", in: place.bucket).sha256
        #expect(new == S3CommandPlace.hex(SHA256.hash([4, 5, 6])))
    }

    /// Keys that mean something in a URL or in XML and can be paths of files.
    private static let keys = [
        "p/+", "p/a+b", "p/%41", "p/100%", "p/a b", "p/ü", "p/u\u{308}", "p/日本/語", "p/🙂", "p/&<>\"'", "p/?x=1#y",
        "p/~!*()", "p/deep/er/still", "p/.hidden", "p/...",
    ]
    /// Those that cannot, with the reason that is given.
    private static let impossible = [
        ("p/a//b", "no empty name"), ("p//lead", "no empty name"), ("p/x/", "no empty name"),
        ("p/../out", "no file can be called .."), ("p/./in", "no file can be called ."),
        ("p/..", "no file can be called .."),
    ]

    @Test func aPrefixOfOddKeysComesDown() async throws {
        let place = try await Place()
        for (index, key) in (Self.keys + Self.impossible.map(\.0) + ["/lead", "q/other"]).enumerated() {
            let path = try place.folder.write([UInt8(index)], to: "source")
            try await place.oracle.put(fileAt: path, as: key, in: place.bucket)
        }
        let down = try await place.run("cp", place.address("p/"), "out/")
        // Something was left out.
        #expect(down.status == 1)
        for (key, reason) in Self.impossible {
            let line = down.errors.split(separator: "\n").first { $0.contains("not fetched: \(place.address(key)): ") }
            #expect(line?.contains(reason) == true, "\(key): \(down.errors)")
        }
        #expect(down.errors.ranges(of: "not fetched").count == Self.impossible.count)
        for (index, key) in Self.keys.enumerated() {
            #expect((try? place.folder.read("out/\(key.dropFirst(2))")) == [UInt8(index)], "\(key)")
        }
        // Byte by byte: Swift takes both ways to write an ü for one.
        let names = try FileManager.default.subpathsOfDirectory(atPath: place.folder.path("out"))
        let wanted = Self.keys.map { Array($0.utf8.dropFirst(2)) }
        let found = names.map { Array($0.utf8) }
        #expect(wanted.allSatisfy(found.contains))
        // And the folders that they need.
        #expect(names.count == Self.keys.count + 3)
        #expect(try place.folder.names().contains("lead") == false)
    }

    @Test(arguments: ["/lead", "a//b", "p/%41", "p/+", "../up"])
    func anOddKeyGoesUpAndComesDownAsItIs(_ key: String) async throws {
        let place = try await Place()
        try place.folder.write([1, 2, 3], to: "f")
        let up = try await place.run("cp", "f", place.address(key))
        #expect(up.status == 0, "\(up.errors)")
        #expect(try await place.oracle.keys(in: place.bucket) == [key])
        let down = try await place.run("cp", place.address(key), "copy")
        #expect(down.status == 0, "\(down.errors)")
        #expect(try place.folder.read("copy") == [1, 2, 3])
    }

    @Test func unfinishedUploadsAreListedAndAborted() async throws {
        let place = try await Place()
        let path = try place.folder.write(Self.file, to: "f.bin")
        let ids = try await [
            place.oracle.leaveUnfinished(
                fileAt: path, as: "in/two words", in: place.bucket, partSize: 5 << 20, after: 2),
            place.oracle.leaveUnfinished(fileAt: path, as: "other+", in: place.bucket, partSize: 5 << 20, after: 1),
        ]
        let listed = try await place.run("orphans", place.address(), "--json")
        #expect(listed.status == 0, "\(listed.errors)")
        let orphans = try S3CommandPlace.objects(listed.output)
        #expect(Set(orphans.compactMap { $0["uploadId"] as? String }) == Set(ids))
        #expect(Set(orphans.compactMap { $0["key"] as? String }) == ["in/two words", "other+"])
        #expect(orphans.compactMap { $0["bytes"] as? Int }.sorted() == [5 << 20, 10 << 20])
        let aborted = try await place.run("orphans", place.address(), "--abort", ids[0])
        #expect(aborted.status == 0, "\(aborted.errors)")
        #expect(aborted.output == "aborted \(place.address("in/two words")) (\(ids[0]))\n")
        #expect(try await place.oracle.unfinishedUploads(in: place.bucket).map(\.id) == [ids[1]])
    }
}
