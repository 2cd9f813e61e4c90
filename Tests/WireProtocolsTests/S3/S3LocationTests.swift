import Testing
import TransferCore
import WireProtocols

@Suite("Addresses of objects")
struct S3LocationTests {
    private static func refusal(_ body: () throws(TransferError) -> S3Location) -> TransferError? {
        do throws(TransferError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "are taken literally",
        arguments: [
            ("s3://bucket/key", "bucket", "key"), ("s3://bucket", "bucket", ""), ("s3://bucket/", "bucket", ""),
            ("s3://b/a%20b", "b", "a%20b"), ("s3://b/a?x=1#y", "b", "a?x=1#y"), ("s3://b//a", "b", "/a"),
            ("s3://b/a//", "b", "a//"), ("s3://b/../x", "b", "../x"), ("s3://b/ a ", "b", " a "),
            ("s3://b/é", "b", "é"),
            ("s3://b/\u{301}x", "b", "\u{301}x"), ("s3://b/a\nb", "b", "a\nb"),
            ("s3://my.bucket-1_X/k", "my.bucket-1_X", "k"),
        ])
    func literal(text: String, bucket: String, key: String) throws {
        let location = try S3Location(text)
        #expect(location.bucket == bucket && Array(location.key.utf8) == Array(key.utf8))
        #expect(try S3Location(location.text) == location)
        #expect(location.isPrefix == (key.isEmpty || key.hasSuffix("/")))
    }

    @Test(
        "that are none",
        arguments: [
            "", "s3:", "s3:/b/k", "s3://", "s3:///key", "S3://b/k", "http://b/k", "s3://-b/k", "s3://b-/k", "s3://.b/k",
            "s3://a..b/k", "s3://a b/k", "s3://a?b/k", "s3://a:1/k", "s3://u@b/k", "s3://é/k", "s3://b%20/k",
            "s3://b\n/k",
        ])
    func malformed(text: String) {
        let error = Self.refusal { () throws(TransferError) in try S3Location(text) }
        #expect(error?.code == .malformed)
        #expect(error?.detail.description.contains(" ") == true)
    }

    @Test("a bucket of 63 characters and a key of 1024 bytes, but no more")
    func limits() throws {
        let bucket = String(repeating: "b", count: 63)
        let key = String(repeating: "é", count: 512)
        #expect(try S3Location("s3://\(bucket)/\(key)").key == key)
        for text in ["s3://\(bucket)b/\(key)", "s3://\(bucket)/\(key)a"] {
            #expect(Self.refusal { () throws(TransferError) in try S3Location(text) }?.code == .malformed)
        }
    }

    @Test(
        "where an upload goes",
        arguments: [
            ("s3://b", "s3://b/file.bin"), ("s3://b/", "s3://b/file.bin"), ("s3://b/folder/", "s3://b/folder/file.bin"),
            ("s3://b/name", "s3://b/name"), ("s3://b/folder/name", "s3://b/folder/name"),
            ("s3://b//", "s3://b//file.bin"),
        ])
    func destinations(argument: String, destination: String) throws {
        #expect(try S3Location.destination(argument: argument, fileName: "file.bin").text == destination)
    }

    @Test("a file of a folder goes below the prefix under its path")
    func joining() throws {
        #expect(try S3Location.destination(argument: "s3://b/p/", fileName: "a/b?.txt").text == "s3://b/p/a/b?.txt")
        #expect(try S3Location("s3://b/p").joining("a").text == "s3://b/p/a")
        #expect(try S3Location("s3://b").joining("a/../b").key == "a/../b")
        let prefix = try S3Location("s3://b/" + String(repeating: "p", count: 1020) + "/")
        #expect(try prefix.joining("abc").key.utf8.count == 1024)
        for path in ["abcd", "", "/a"] {
            #expect(Self.refusal { () throws(TransferError) in try prefix.joining(path) }?.code == .malformed)
        }
    }

    @Test("the path of an object below a prefix")
    func relativePaths() throws {
        let prefix = try S3Location("s3://b/p/")
        #expect(prefix.relativePath(of: "p/a/b") == "a/b")
        #expect(try S3Location("s3://b/p").relativePath(of: "p/a") == "a")
        #expect(try S3Location("s3://b").relativePath(of: "p/a") == "p/a")
        #expect(prefix.relativePath(of: "p//a") == "/a")
        // A mark that joins the slash belongs to the path all the same.
        #expect(prefix.relativePath(of: "p/\u{301}a").map { Array($0.utf8) } == Array("\u{301}a".utf8))
        for key in ["p/", "p", "pa", "q/a", ""] { #expect(prefix.relativePath(of: key) == nil) }
    }
}
