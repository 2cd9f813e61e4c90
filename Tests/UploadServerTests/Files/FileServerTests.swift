import Foundation
import TestSupport
import Testing
import TransferCore
import UploadServer

private let pattern = PatternFile(seed: 8, size: 2_000_003)

private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder.data()
    try folder.write(pattern, to: "files/file.bin")
    return folder
}

private func digest(_ bytes: [UInt8]) -> String {
    "sha-256=:\(Data(TestSupport.SHA256.hash(bytes)).base64EncodedString()):"
}

@Suite struct FileServerTests {
    @Test func wholeFile() async throws {
        try await serving(folder()) { port in
            let response = try await RawConnection.fetch(port: port, "GET", "/files/file.bin")
            #expect(response.status == 200)
            #expect(response.body == pattern.bytes)
            #expect(response["Content-Length"] == "2000003")
            #expect(response["Accept-Ranges"] == "bytes")
            #expect(response["Content-Type"] == "application/octet-stream")
            #expect(response["Last-Modified"]?.hasSuffix(" GMT") == true)
            #expect(response["Date"] != nil)
            let tag = try #require(response["ETag"])
            #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
            #expect(response["Repr-Digest"] == nil && response["Content-Digest"] == nil)
        }
    }

    @Test func rangesOverOneConnection() async throws {
        try await serving(folder()) { port in
            try await onOwnThread {
                let connection = try RawConnection(port: port)
                for (field, start, end) in [
                    ("bytes=0-0", 0, 1), ("bytes=100-", 100, 2_000_003), ("bytes=-5", 1_999_998, 2_000_003),
                    ("bytes=500000-1500000", 500_000, 1_500_001), ("bytes=2000000-9999999", 2_000_000, 2_000_003),
                ] as [(String, Int64, Int64)] {
                    let response = try connection.exchange("GET", "/files/file.bin", [("Range", field)])
                    #expect(response.status == 206)
                    #expect(response["Content-Range"] == "bytes \(start)-\(end - 1)/2000003")
                    #expect(response["Content-Length"] == "\(end - start)")
                    #expect(response.body == pattern.bytes(start..<end))
                }
                for field in ["bytes=0-1,4-5", "items=0-1", "bytes=5-4"] {
                    let fields = [("Range", field)]
                    #expect(try connection.exchange("GET", "/files/file.bin", fields).bodyCount == 2_000_003)
                }
                let beyond = try connection.exchange("GET", "/files/file.bin", [("Range", "bytes=2000003-")])
                #expect(beyond.status == 416)
                #expect(beyond["Content-Range"] == "bytes */2000003")
                #expect(beyond["Content-Type"] == "application/problem+json")
                #expect(beyond["ETag"] != nil)
            }
        }
    }

    @Test func headTellsTheSameWithoutABody() async throws {
        try await serving(folder()) { port in
            let get = try await RawConnection.fetch(port: port, "GET", "/files/file.bin", [])
            let head = try await RawConnection.fetch(
                port: port, "HEAD", "/files/file.bin", [("Range", "bytes=0-1")], toTheEnd: true)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            for name in ["Content-Length", "ETag", "Last-Modified", "Accept-Ranges", "Content-Type"] {
                #expect(head[name] == get[name])
            }
            #expect(try await RawConnection.fetch(port: port, "HEAD", "/files/none", [], toTheEnd: true).body.isEmpty)
        }
    }

    @Test func conditions() async throws {
        let folder = try folder()
        try await serving(folder) { port in
            func fetch(_ fields: [(String, String)]) async throws -> RawResponse {
                try await RawConnection.fetch(port: port, "GET", "/files/file.bin", fields, toTheEnd: true)
            }
            let probe = try await fetch([("Range", "bytes=0-0")])
            let tag = try #require(probe["ETag"])
            let date = try #require(probe["Last-Modified"])
            let range = ("Range", "bytes=0-9")
            #expect(try await fetch([range, ("If-Match", tag)]).status == 206)
            #expect(try await fetch([range, ("If-Unmodified-Since", date)]).status == 206)
            #expect(try await fetch([range, ("If-Range", tag)]).status == 206)
            #expect(try await fetch([range, ("If-Range", "\"x\"")]).bodyCount == 2_000_003)
            let same = try await fetch([range, ("If-None-Match", tag)])
            #expect(same.status == 304 && same.body.isEmpty && same["ETag"] == tag && same["Content-Length"] == nil)
            let other = try await fetch([range, ("If-Match", "\"x\"")])
            #expect(other.status == 412)
            #expect(other["Content-Type"] == "application/problem+json")
            #expect(String(decoding: other.body, as: UTF8.self).contains("urn:carryon:problem:precondition-failed"))
            let old = "Tue, 15 Nov 1994 12:45:26 GMT"
            #expect(try await fetch([range, ("If-Unmodified-Since", old)]).status == 412)

            try folder.write([1, 2, 3], to: "files/file.bin")
            #expect(try await fetch([range, ("If-Match", tag)]).status == 412)
        }
    }

    @Test(arguments: [
        "/files/", "/files", "/files/..", "/files/../secret", "/files/%2e%2e%2fsecret", "/files/..%2Fsecret",
        "/files/folder/../file.bin", "/files/folder/", "/files/file.bin%00", "/files/folder", "/files/folder%2Finner",
        "/files/folder//inner", "/files/file.bin/x", "/files/back%5Cslash", "/files/linked/secret", "/files/link",
        "/files/none", "/files//file.bin/x", "/files/%zz", "/", "/secret",
        "/files/pipe", "/files/%ff",
    ])
    func namesThatLeadNowhere(target: String) async throws {
        let outer = try TemporaryFolder()
        try outer.write(Array("secret".utf8), to: "secret")
        let folder = try folder()
        try folder.makeFolder("files/folder")
        try folder.write([1], to: "files/folder/inner")
        try folder.write([1], to: "files/back\\slash")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("files/linked"), withDestinationPath: outer.path)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("files/link"), withDestinationPath: outer.path("secret"))
        #expect(mkfifo(folder.path("files/pipe"), 0o600) == 0)
        try await serving(folder) { port in
            let response = try await RawConnection.fetch(port: port, "GET", target)
            #expect(response.status == 404)
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(String(decoding: response.body, as: UTF8.self).contains("urn:carryon:problem:not-found"))
        }
        withExtendedLifetime(outer) {}
    }

    @Test func unusualNames() async throws {
        let folder = try folder()
        for name in ["a b", "ü", "100%", "x;y?z", ".hidden"] { try folder.write(Array(name.utf8), to: "files/\(name)") }
        try await serving(folder) { port in
            for (target, name) in [
                ("a%20b", "a b"), ("%C3%BC", "ü"), ("100%25", "100%"), ("x;y%3Fz", "x;y?z"),
                (".hidden", ".hidden"),
            ] {
                let response = try await RawConnection.fetch(port: port, "GET", "/files/\(target)")
                #expect(String(decoding: response.body, as: UTF8.self) == name)
            }
        }
    }

    @Test func digests() async throws {
        let folder = try folder()
        try folder.write([], to: "files/empty")
        try await serving(folder) { port in
            let wants = [("Want-Repr-Digest", "sha-256=10"), ("Want-Content-Digest", "sha-256=1")]
            let part = try await RawConnection.fetch(
                port: port, "GET", "/files/file.bin", wants + [("Range", "bytes=1000-1999")])
            #expect(part["Content-Digest"] == digest(pattern.bytes(1000..<2000)))
            #expect(part["Repr-Digest"] == digest(pattern.bytes))
            let empty = try await RawConnection.fetch(port: port, "GET", "/files/empty", wants)
            #expect(empty.status == 200 && empty["Content-Length"] == "0")
            #expect(empty["Repr-Digest"] == digest([]) && empty["Content-Digest"] == digest([]))
            let refused = try await RawConnection.fetch(
                port: port, "HEAD", "/files/file.bin", [("Want-Repr-Digest", "sha-256=0, sha-512=1")])
            #expect(refused["Repr-Digest"] == nil)

            try folder.write([7], to: "files/file.bin")
            let changed = try await RawConnection.fetch(port: port, "GET", "/files/file.bin", wants)
            #expect(changed["Repr-Digest"] == digest([7]))
        }
    }

    @Test func filesAreOnlyRead() async throws {
        try await serving(folder()) { port in
            let response = try await RawConnection.fetch(
                port: port, "PUT", "/files/file.bin", [("Content-Length", "0")])
            #expect(response.status == 405)
            #expect(response["Allow"] == "GET, HEAD")
            #expect(response["Content-Type"] == "application/problem+json")
        }
    }

    @Test func namesOfSeveralComponents() async throws {
        let folder = try folder()
        try folder.makeFolder("files/a/b c")
        try folder.write([1, 2], to: "files/a/b c/d")
        try await serving(folder) { port in
            let response = try await RawConnection.fetch(port: port, "GET", "/files/a/b%20c/d")
            #expect(response.body == [1, 2])
        }
    }
}
