import Foundation
import TestSupport
import Testing

/// Files, folders and prefixes to and from a real object store.
@Suite(.timeLimit(.minutes(5))) struct S3CommandTests {
    private static let file = PatternFile(seed: 33, size: 18_000_001)

    @Test func aFileGoesUpInPartsAndComesDownAgain() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write(Self.file, to: "f.bin")
        let up = try await place.run(["cp", "--chunk-size", "5M", "f.bin", place.address("in/")])
        #expect(up.status == 0, "\(up.errors)")
        let digest = try await place.oracle.digest(of: "in/f.bin", in: place.bucket)
        #expect(digest.sha256 == S3CommandPlace.digest(Self.file) && digest.size == Self.file.size)

        let down = try await place.run(["cp", place.address("in/f.bin"), "back/../copy.bin"])
        #expect(down.status == 0, "\(down.errors)")
        #expect(try Self.file.firstDifference(fromFileAt: place.folder.path("copy.bin")) == nil)

        let receipts = try S3CommandPlace.objects(try await place.run(["receipts", "--json", "1"]).output)
        #expect(receipts.map { $0["index"] as? Int } == [0, 1, 2, 3])
        #expect(receipts.map { $0["start"] as? Int } == [0, 5_242_880, 10_485_760, 15_728_640])
        #expect(receipts.last?["end"] as? Int64 == Self.file.size)
        let first = S3CommandPlace.hex(SHA256.hash(Self.file.bytes(0..<5_242_880)))
        #expect(receipts.first?["sha256"] as? String == first)
        #expect(receipts.allSatisfy { ($0["etag"] as? String)?.count == 34 && $0["storedAt"] is String })
        let lines = try await place.run(["receipts", "1"]).output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("#0         0   5242880  \(first)  \""))
        let ofDownload = try await place.run(["receipts", "2"])
        #expect(ofDownload.status == 2)
        #expect(
            ofDownload.errors
                == "carryon: transfer 2 is a download, and receipts are of uploads: `carryon verify 2` checks it\n")
    }

    @Test func anObjectIsReplacedOnlyIfThatIsWanted() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write([1, 2, 3], to: "f")
        #expect(try await place.run(["cp", "f", place.address()]).status == 0)
        try place.folder.write([4, 5, 6], to: "f")
        let refused = try await place.run(["cp", "f", place.address()])
        #expect(refused.status == 1)
        let listed = try #require(try await place.program.list().last)
        #expect((listed["error"] as? [String: Any])?["code"] as? String == "remote-name-taken")
        let old = try await place.oracle.digest(of: "f", in: place.bucket).sha256
        #expect(old == S3CommandPlace.hex(SHA256.hash([1, 2, 3])))
        let replaced = try await place.run(["cp", "--overwrite", "f", place.address("f")])
        #expect(replaced.status == 0, "\(replaced.errors)")
        let new = try await place.oracle.digest(of: "f", in: place.bucket).sha256
        #expect(new == S3CommandPlace.hex(SHA256.hash([4, 5, 6])))
    }

    /// Names that mean something in a URL, in a path, or to nobody.
    private static let oddNames = [
        "a b", "ümlaut-é", "e\u{301}", "日本語", "#1", "100%", "50%25", "what?", "semi;colon&co=1", "q\"uote", ".hidden",
        "deep/er/file", "empty", "+plus", "-dash", "*star", "at@colon:",
    ]

    @Test func aFolderGoesUpAndComesDownAgain() async throws {
        let place = try await S3CommandPlace()
        func file(_ index: Int) -> PatternFile {
            PatternFile(seed: UInt64(index), size: Self.oddNames[index] == "empty" ? 0 : 1000)
        }
        try place.folder.makeFolder("tree/deep/er")
        for (index, name) in Self.oddNames.enumerated() { try place.folder.write(file(index), to: "tree/\(name)") }
        let added = try await place.run(["add", "tree", place.address("in")])
        #expect(added.status == 0, "\(added.errors)")
        #expect(added.output == (1...Self.oddNames.count).map { "\($0)\n" }.joined())
        let up = try await place.run(["run", "--until-idle"])
        #expect(up.status == 0, "\(up.errors)")
        let keys = try await place.oracle.keys(in: place.bucket)
        #expect(Set(keys.map { Array($0.utf8) }) == Set(Self.oddNames.map { Array("in/\($0)".utf8) }))

        let down = try await place.run(["cp", place.address("in/"), "back/again"])
        #expect(down.status == 0, "\(down.errors)")
        for (index, name) in Self.oddNames.enumerated() {
            #expect(
                try file(index).firstDifference(fromFileAt: place.folder.path("back/again/\(name)")) == nil, "\(name)")
        }
    }

    @Test func whatCannotBeAFileIsNamed() async throws {
        let place = try await S3CommandPlace()
        let source = try place.folder.write([7], to: "one")
        let empty = try place.folder.write([], to: "none")
        for key in ["p/a", "p/a/b", "p/bell\u{7}", "p/fine"] {
            try await place.oracle.put(fileAt: source, as: key, in: place.bucket)
        }
        try await place.oracle.put(fileAt: empty, as: "p/folder/", in: place.bucket)
        let result = try await place.run(["cp", place.address("p/"), "out/"])
        #expect(result.status == 1)
        #expect(result.errors.contains("not fetched: \(place.address("p/a")): other objects are below that name"))
        #expect(result.errors.contains("p/bell\\x07: its name holds a control character"))
        #expect(result.errors.ranges(of: "not fetched").count == 2)
        #expect(try place.folder.read("out/a/b") == [7])
        #expect(try place.folder.read("out/fine") == [7])
        #expect(try await place.program.list().count == 2)
    }

    @Test func aPrefixWithoutObjectsIsExplained() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write([1], to: "f")
        #expect(try await place.run(["cp", "f", place.address("dir/name")]).status == 0)
        let nothing = try await place.run(["add", place.address("other/")])
        #expect(nothing.status == 1)
        #expect(nothing.errors == "carryon: there is no object below \(place.address("other/"))\n")
        let hint = try await place.run(["add", place.address("dir/name/")])
        #expect(
            hint.errors
                == "carryon: there is no object below \(place.address("dir/name/")), but there is an object "
                + "\(place.address("dir/name")): leave out the slash\n")
        let bucket = try await place.run(["add", "s3://no-such-bucket-here/"])
        #expect(bucket.status == 1)
        #expect(bucket.errors.hasPrefix("carryon: there is no such bucket"))
        #expect(try await place.program.list().count == 1)
    }

    @Test func theDigestIsComparedBeforeAnythingIsSent() async throws {
        let place = try await S3CommandPlace()
        let path = try place.folder.write([1, 2, 3], to: "f")
        let (right, wrong) = (S3CommandPlace.hex(SHA256.hash([1, 2, 3])), String(repeating: "0", count: 64))
        let refused = try await place.run(["add", "--sha256", wrong, "f", place.address()])
        #expect(refused.status == 1)
        #expect(
            refused.errors == "carryon: \(path) is not sent: its SHA-256 is \(right), and --sha256 says \(wrong)\n")
        #expect(try await place.program.list().isEmpty)
        let sent = try await place.run(["cp", "--sha256", right.uppercased(), "f", place.address()])
        #expect(sent.status == 0, "\(sent.errors)")
        #expect(try await place.oracle.keys(in: place.bucket) == ["f"])
    }

    @Test func aServerSignsAddressesOfTheBucket() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write(Self.file, to: "f.bin")
        let server = try await onOwnThread {
            UncheckedBox(
                try ChunkServerProcess(
                    data: place.folder.path("data"), log: place.folder.path("server.log"),
                    options: ["--s3", place.address("up")], environment: place.store.environment))
        }
        let up = try await place.run(["cp", "f.bin", server.value.url("/")], [:])
        #expect(up.status == 0, "\(up.errors)")
        let digest = try await place.oracle.digest(of: "up/f.bin", in: place.bucket)
        #expect(digest.sha256 == S3CommandPlace.digest(Self.file))
        let down = try await place.run(["cp", server.value.url("/files/f.bin"), "copy.bin"], [:])
        #expect(down.status == 0, "\(down.errors)")
        #expect(try Self.file.firstDifference(fromFileAt: place.folder.path("copy.bin")) == nil)
        _ = try await onOwnThread { server.value.terminate() }
        let log = String(decoding: try place.folder.read("server.log"), as: UTF8.self)
        #expect(log.contains("files in \(place.address("up"))"))
    }

    @Test func aServerDoesNotStartWithoutItsBucket() async throws {
        let place = try await S3CommandPlace()
        let missing = try await place.run([
            "serve", "--listen", "127.0.0.1:0", "--data", "data", "--s3", "s3://not-here",
        ])
        #expect(missing.status == 1)
        #expect(missing.errors.hasPrefix("carryon: s3://not-here/: there is no such bucket"), "\(missing.errors)")
        #expect(missing.errors.hasSuffix(": check the address\n"))
        var environment = place.store.environment
        environment["AWS_SECRET_ACCESS_KEY"] = "other"
        let wrong = try await place.run(
            ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--s3", place.address()], environment)
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("the store does not accept the signature: the secret key is wrong"))
    }

    @Test func aServerStartsBeforeItsStore() async throws {
        let place = try await S3CommandPlace()
        var environment = place.store.environment
        let nobody = try ReservedPort()
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(nobody.port)"
        let server = try await onOwnThread { [environment] in
            UncheckedBox(
                try ChunkServerProcess(
                    data: place.folder.path("data"), log: place.folder.path("server.log"),
                    options: ["--s3", place.address()], environment: environment))
        }
        _ = try await onOwnThread { server.value.terminate() }
        let log = String(decoding: try place.folder.read("server.log"), as: UTF8.self)
        #expect(log.contains("\(place.address()) does not answer ("))
        #expect(log.contains("): uploads wait until it does\n"))
    }
}
