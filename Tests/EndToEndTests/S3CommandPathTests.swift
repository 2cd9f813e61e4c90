import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import carryon

/// Which paths the keys below a prefix become, without a store.
@Suite struct S3CommandPathTests {
    /// Objects as a store lists them.
    static func objects(_ list: [(key: String, size: Int)]) throws -> [S3Object] {
        let contents = list.map { "<Contents><Key>\(encode($0.key))</Key><Size>\($0.size)</Size></Contents>" }.joined()
        let xml = "<ListBucketResult><EncodingType>url</EncodingType>\(contents)</ListBucketResult>"
        return try S3Answers.objects(Array(xml.utf8)).objects
    }

    private static func encode(_ key: String) -> String {
        key.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func tree(_ keys: [String], below address: String = "s3://bkt/p/", size: Int = 1) throws -> ObjectTree {
        ObjectTree(
            try Self.objects(keys.map { ($0, size) }), below: try S3Location(address), in: "/d/")
    }

    @Test func keysBecomePathsBelowTheFolder() throws {
        let tree = try tree(["p/a", "p/b c/d", "p/b c/e/f%20?#"])
        #expect(tree.files.map(\.path) == ["/d/a", "/d/b c/d", "/d/b c/e/f%20?#"])
        #expect(tree.files.map(\.key) == ["p/a", "p/b c/d", "p/b c/e/f%20?#"])
        #expect(tree.folders == ["/d/", "/d/b c/", "/d/b c/e/"])
        #expect(tree.leftOut.isEmpty)
        #expect(try self.tree(["x"], below: "s3://bkt").files.map(\.path) == ["/d/x"])
    }

    @Test(arguments: [
        "p/..", "p/../x", "p/a/../../x", "p/./x", "p//x", "p/x//y", "p/x/", "p/a\u{0}b", "p/a\nb", "p/\u{7F}",
        "p/\u{9B}1m",
        "p/" + String(repeating: "n", count: 251), "q/elsewhere",
    ])
    func whatCannotBeAFileIsLeftOut(key: String) throws {
        let tree = try tree([key, "p/fine"])
        #expect(tree.files.map(\.path) == ["/d/fine"])
        #expect(tree.leftOut.map(\.key) == [key])
        #expect(tree.leftOut.first?.reason.isEmpty == false)
        #expect(tree.folders == ["/d/"])
    }

    @Test func nothingLeavesTheFolderFromTheTopOfABucket() throws {
        let tree = try tree(["/etc/passwd", "../x", "..", "ok"], below: "s3://bkt/")
        #expect(tree.files.map(\.path) == ["/d/ok"])
        #expect(tree.leftOut.count == 3)
    }

    @Test func folderMarkersArePassedOver() throws {
        let tree = try tree(["p/", "p/a/", "p/a/b/"], size: 0)
        #expect(tree.files.isEmpty && tree.leftOut.isEmpty && tree.folders.isEmpty)
        // One with content is no marker.
        #expect(try self.tree(["p/a/"], size: 5).leftOut.map(\.key) == ["p/a/"])
    }

    @Test func aNameIsAFileOrAFolder() throws {
        // Whatever their order.
        for keys in [["p/a", "p/a/b", "p/a/b/c"], ["p/a/b/c", "p/a/b", "p/a"]] {
            let tree = try tree(keys)
            #expect(tree.files.map(\.path) == ["/d/a/b/c"])
            #expect(Set(tree.leftOut.map(\.key)) == ["p/a", "p/a/b"])
        }
    }

    @Test func keysAreComparedByteByByte() throws {
        let (composed, decomposed) = ("p/\u{E9}", "p/e\u{301}")
        let tree = try tree([composed, decomposed, composed])
        #expect(tree.files.map { Array($0.path.utf8) } == [Array("/d/\u{E9}".utf8), Array("/d/e\u{301}".utf8)])
        // A combining mark behind a slash does not hide it.
        #expect(try self.tree(["p/../\u{301}x"]).files.isEmpty)
        #expect(try self.tree(["p/a/\u{301}x"]).folders == ["/d/", "/d/a/"])
    }

    @Test func longPathsAreLeftOut() throws {
        let long = Array(repeating: String(repeating: "x", count: 200), count: 4).joined(separator: "/")
        let folder = "/" + String(repeating: "y/", count: 1700)
        let tree = ObjectTree(
            try Self.objects([("p/\(long)", 1), ("p/short", 1)]), below: try S3Location("s3://bkt/p/"), in: folder)
        #expect(tree.leftOut.map(\.key) == ["p/\(long)"])
        #expect(tree.files.map(\.key) == ["p/short"])
    }
}
