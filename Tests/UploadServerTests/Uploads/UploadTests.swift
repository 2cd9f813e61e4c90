import Foundation
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

private let chunk: Int64 = 65_536

/// Uploads from end to end, over real connections.
@Suite(.timeLimit(.minutes(5))) struct UploadTests {
    private let pattern = PatternFile(seed: 3, size: 3 * chunk + 1000)

    private func bytes(_ index: Int64) -> [UInt8] {
        pattern.bytes(index * chunk..<min(pattern.size, (index + 1) * chunk))
    }

    @Test func anUploadInAnyOrder() async throws {
        let folder = try TemporaryFolder.data()
        try await serving(folder) { [self] port in
            let client = UploadClient(port: port)
            let answer = try await client.post("/uploads", #"{"name":"a/b.bin","size":\#(pattern.size)}"#)
            #expect(answer.status == 201)
            let id = try #require(answer.json["uploadId"] as? String)
            #expect(answer["Location"] == "uploads/\(id)")
            #expect(answer["Cache-Control"] == "no-store")
            #expect(answer.json["mode"] as? String == "direct")
            #expect(answer.json["totalChunks"] as? Int == 4)
            #expect(answer.json["chunkSize"] as? Int == 65_536)
            #expect(answer.received == [])

            var nexts: [Int] = []
            for index in [3, 0, 2, 1] {
                let stored = try await client.put(id, index, bytes(Int64(index)))
                #expect(stored.status == 200)
                #expect(stored["ETag"] == "\"\(hexSHA256(bytes(Int64(index))))\"")
                nexts.append(stored.json["nextExpectedChunk"] as? Int ?? -1)
            }
            #expect(nexts == [0, 1, 1, 4])
            #expect(try await client.status(id).received == [[0, 3]])
            let complete = try await client.complete(id)
            #expect(complete.status == 200)
            #expect(complete.json["location"] as? String == "/files/a/b.bin")
            #expect(try await client.complete(id).body == complete.body)
            #expect(try await client.status(id).json["status"] as? String == "complete")
            #expect(try await client.put(id, 1, bytes(1)).status == 200)
            #expect(try await client.put(id, 1, bytes(2)).problem == "chunk-conflict")
            let file = try await client.send("GET", "/files/a/b.bin")
            #expect(file.body == pattern.bytes)
            #expect(try folder.read("files/a/b.bin") == pattern.bytes)
        }
    }

    @Test func receivedChunksStay() async throws {
        try await serving(.data()) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            #expect(try await client.put(id, 0, bytes(0)).status == 200)
            #expect(try await client.put(id, 0, bytes(0)).status == 200)
            #expect(try await client.put(id, 0, bytes(1)).problem == "chunk-conflict")
            let wrong = try await client.put(id, 0, bytes(1), checksum: hexSHA256(bytes(0)))
            #expect(wrong.status == 422 && wrong.problem == "checksum-mismatch")
            let other = try await client.put(id, 1, bytes(0), checksum: hexSHA256(bytes(1)))
            #expect(other.status == 422)
            #expect(try await client.status(id).received == [[0, 0]])
            let incomplete = try await client.complete(id)
            #expect(incomplete.status == 409 && incomplete.problem == "incomplete")
            #expect(incomplete.json["missingChunks"] as? [[Int]] == [[1, 3]])
            #expect(try await client.status(id).json["status"] as? String == "in_progress")
            #expect(try await client.put(id, 1, bytes(1)).status == 200)
        }
    }

    @Test func emptyAndTinyFiles() async throws {
        try await serving(.data()) { port in
            let client = UploadClient(port: port)
            let empty = try await client.register("empty", size: 0)
            let complete = try await client.complete(empty)
            #expect(complete.status == 200)
            #expect(complete.json["sha256"] as? String == hexSHA256([]))
            #expect(try await client.put(empty, 0, []).problem == "bad-chunk")
            let tiny = try await client.register("tiny", size: 1)
            #expect(try await client.put(tiny, 0, [7]).status == 200)
            #expect(try await client.complete(tiny, #"{"sha256":"\#(hexSHA256([8]))"}"#).problem == "file-mismatch")
            #expect(try await client.complete(tiny, #"{"sha256":"\#(hexSHA256([7]))"}"#).status == 200)
            let file = try await client.send("GET", "/files/tiny", [("Want-Repr-Digest", "sha-256=1")])
            let digest = Data(TestSupport.SHA256.hash([7])).base64EncodedString()
            #expect(file["Repr-Digest"] == "sha-256=:\(digest):")
        }
    }

    @Test func wholeFileDigests() async throws {
        try await serving(.data()) { [self] port in
            let client = UploadClient(port: port)
            let right = hexSHA256(pattern.bytes)
            let json = #"{"name":"f","size":\#(pattern.size),"sha256":"\#(right)"}"#
            let id = try #require(try await client.post("/uploads", json).json["uploadId"] as? String)
            for index in 0..<4 { #expect(try await client.put(id, index, bytes(Int64(index))).status == 200) }
            let other = #"{"sha256":"\#(hexSHA256([]))"}"#
            #expect(try await client.complete(id, other).problem == "digest-conflict")
            #expect(try await client.complete(id).json["sha256"] as? String == right)

            let wrong = try await client.register("g", size: pattern.size)
            for index in 0..<4 { #expect(try await client.put(wrong, index, bytes(Int64(index))).status == 200) }
            #expect(try await client.complete(wrong, other).problem == "file-mismatch")
            #expect(try await client.status(wrong).json["status"] as? String == "in_progress")
            #expect(try await client.send("GET", "/files/g").status == 404)
            #expect(try await client.complete(wrong, #"{"sha256":"\#(right)"}"#).status == 200)
        }
    }

    @Test func aSlowDigestIsAskedForAgain() async throws {
        var settings = UploadSettings.test
        settings.completePatience = .zero
        try await serving(.data(), settings: settings) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            for index in 0..<4 { #expect(try await client.put(id, index, bytes(Int64(index))).status == 200) }
            let json = #"{"sha256":"\#(hexSHA256(pattern.bytes))"}"#
            let first = try await client.complete(id, json)
            #expect([200, 202].contains(first.status))
            if first.status == 202 { #expect(first["Retry-After"] == "1") }
            try await eventually { try await client.complete(id, json).status == 200 }
            #expect(try await client.send("GET", "/files/f").body == pattern.bytes)
        }
    }

    @Test func completedByManyAtOnce() async throws {
        try await serving(.data()) { [self] port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: pattern.size)
            for index in 0..<4 { #expect(try await client.put(id, index, bytes(Int64(index))).status == 200) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 { group.addTask { try await client.complete(id).status } }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(statuses == [200])
        }
    }

    @Test func oneKeyOneUpload() async throws {
        try await serving(.data()) { port in
            let client = UploadClient(port: port)
            let key = [("Idempotency-Key", "k 1")]
            let first = try await client.post("/uploads", #"{"name":"f","size":9}"#, key)
            let again = try await client.post("/uploads", #"{"name":"f","size":9}"#, key)
            #expect(first.status == 201 && again.status == 201)
            #expect(again.json["uploadId"] as? String == first.json["uploadId"] as? String)
            let other = try await client.post("/uploads", #"{"name":"f","size":8}"#, key)
            #expect(other.status == 409 && other.problem == "idempotency-conflict")
            let stranger = UploadClient(port: port, owner: "eve")
            let theirs = try await stranger.post("/uploads", #"{"name":"f","size":9}"#, key)
            #expect(theirs.status == 201)
            #expect(theirs.json["uploadId"] as? String != first.json["uploadId"] as? String)
        }
    }

    @Test func namesAreNeverTakenAway() async throws {
        let folder = try TemporaryFolder.data()
        try await serving(folder) { port in
            let client = UploadClient(port: port)
            let late = try await client.register("a/b", size: 1)
            #expect(try await client.put(late, 0, [1]).status == 200)
            try folder.makeFolder("files/a")
            try folder.write([9], to: "files/a/b")
            for name in ["a/b", "a/b/c", "a"] {
                #expect(try await client.post("/uploads", #"{"name":"\#(name)","size":1}"#).problem == "name-taken")
            }
            let refused = try await client.complete(late)
            #expect(refused.status == 409 && refused.problem == "name-taken")
            #expect(try folder.read("files/a/b") == [9])
            try FileManager.default.removeItem(atPath: folder.path("files/a/b"))
            #expect(try await client.complete(late).status == 200)
            #expect(try folder.read("files/a/b") == [1])
        }
    }

    @Test func ownersShareNothing() async throws {
        let folder = try TemporaryFolder.data()
        try await serving(folder) { port in
            let (ann, eve) = (UploadClient(port: port, owner: "ann"), UploadClient(port: port, owner: "eve"))
            let id = try await ann.register("f", size: 1)
            #expect(try await eve.status(id).problem == "unknown-upload")
            #expect(try await eve.put(id, 0, [1]).problem == "unknown-upload")
            #expect(try await eve.complete(id).problem == "unknown-upload")
            #expect(try await eve.send("DELETE", "/uploads/\(id)").problem == "unknown-upload")
            #expect(try await ann.put(id, 0, [1]).status == 200)
            #expect(try await ann.complete(id).status == 200)
            #expect(try await ann.send("GET", "/files/f").body == [1])
            #expect(try await eve.send("GET", "/files/f").status == 404)
            #expect(try await eve.post("/uploads", #"{"name":"f","size":1}"#).status == 201)
            #expect(try folder.read("owners/ann/f") == [1])
        }
    }

    @Test func deletedUploadsLeaveNothing() async throws {
        let folder = try TemporaryFolder.data()
        try await serving(folder) { port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: 1)
            #expect(try folder.names("uploads") == [id])
            #expect(try await client.put(id, 0, [1]).status == 200)
            #expect(try await client.send("DELETE", "/uploads/\(id)").status == 204)
            #expect(try folder.names("uploads") == [])
            for response in try await [
                client.status(id), client.put(id, 0, [1]), client.complete(id), client.send("DELETE", "/uploads/\(id)"),
            ] {
                #expect(response.status == 410 && response.problem == "gone")
            }
            let done = try await client.register("f", size: 0)
            #expect(try await client.complete(done).status == 200)
            #expect(try await client.send("DELETE", "/uploads/\(done)").status == 204)
            #expect(try await client.status(done).status == 404)
            #expect(try await client.send("GET", "/files/f").status == 200)
        }
    }

    @Test func refusals() async throws {
        var settings = UploadSettings.test
        settings.openUploadsPerOwner = 1
        settings.largestFile = 1 << 40
        try await serving(.data(), settings: settings) { port in
            let client = UploadClient(port: port)
            for target in ["/uploads/x", "/status", "/status?id=x", "/status?id=\(UploadID.random())"] {
                #expect(try await client.send("GET", target).problem == "unknown-upload")
            }
            for (method, target, allow) in [
                ("PUT", "/uploads", "POST"), ("POST", "/status", "GET"), ("PUT", "/uploads/x", "GET, DELETE"),
                ("GET", "/uploads/x/chunks/0", "PUT"), ("GET", "/uploads/x/complete", "POST"),
                ("POST", "/files/x", "GET, HEAD"),
            ] {
                let response = try await client.send(method, target)
                #expect(response.status == 405 && response["Allow"] == allow)
            }
            let long = #"{"name":"f","size":1,"x":"\#(String(repeating: "x", count: 20_000))"}"#
            #expect(try await client.post("/uploads", long).status == 413)
            #expect(try await client.post("/uploads", #"{"name":"f","size":\#(1 << 40)}"#).status == 507)
            let many = try await client.post("/uploads", #"{"name":"f","size":1}"#)
            #expect(many.status == 201)
            let more = try await client.post("/uploads", #"{"name":"g","size":1}"#)
            #expect(more.status == 429 && more["Retry-After"] != nil)
        }
    }

    @Test func oneServerPerFolder() async throws {
        let folder = try TemporaryFolder.data()
        try await serving(folder) { _ in
            let error = #expect(throws: DataFolderError.self) {
                try UploadService(folder: folder.path, settings: .test, logger: .silent)
            }
            #expect(error?.description.contains("another server is using \(folder.path)") == true)
        }
        try await serving(folder) { port in #expect(port > 0) }
    }
}

extension TemporaryFolder {
    /// The names in a folder in here, sorted.
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
    }
}
