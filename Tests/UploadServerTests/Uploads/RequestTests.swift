import Hummingbird
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

/// What is read from requests, without a server.
@Suite struct RequestTests {
    @Test(arguments: ["a", "a/b/c.txt", ".hidden", "ü", "a b", "...", String(repeating: "x", count: 255)])
    func goodNames(name: String) {
        #expect(FileName(name)?.description == name)
        #expect(FileName(name).flatMap { FileName(encodedPath: $0.location.dropFirst(7)) }?.description == name)
    }

    @Test(arguments: [
        "", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a\u{0}", "a\nb", "a\u{7F}", "a\u{85}", "a\\b",
        String(repeating: "x", count: 256), String(repeating: "a/", count: 32) + "a",
        Array(repeating: String(repeating: "x", count: 200), count: 6).joined(separator: "/"),
    ])
    func badNames(name: String) {
        #expect(FileName(name) == nil)
    }

    @Test func anEncodedSlashIsNoSeparator() {
        #expect(FileName(encodedPath: "a%2Fb") == nil)
        #expect(FileName(encodedPath: "a%zz") == nil)
        #expect(FileName(encodedPath: "%2e%2e") == nil)
        #expect(FileName("a b/ü")?.location == "/files/a%20b/%C3%BC")
    }

    @Test func ids() {
        let id = UploadID.random()
        #expect(UploadID(id.description) == id)
        #expect(UploadID.random() != id)
        for text in ["", "x", id.description.uppercased() + "A", String(repeating: "g", count: 32)] {
            #expect(UploadID(text) == nil)
        }
    }

    private func registration(_ json: String) throws -> Registration {
        try Registration(json: Array(json.utf8), settings: UploadSettings(largestFile: 1000))
    }

    @Test func registrations() throws {
        let sha = hexSHA256([1])
        let full = try registration(#"{"name":"a","size":1000,"chunkSize":65536,"sha256":"\#(sha)","other":[1]}"#)
        #expect(full.size == 1000 && full.chunkSize == 65536 && full.sha256?.description == sha)
        #expect(try registration(#"{"name":"a","size":0}"#).plan(UploadSettings()).count == 0)
    }

    @Test(arguments: [
        "", "[]", "{", "{}", #"{"name":"a"}"#, #"{"size":1}"#, #"{"name":"a","size":-1}"#,
        #"{"name":"a","size":1.5}"#, #"{"name":"a","size":"1"}"#, #"{"name":"a","size":1e300}"#,
        #"{"name":"a","size":true}"#, #"{"name":7,"size":1}"#, #"{"name":"a","size":1,"chunkSize":1}"#,
        #"{"name":"a","size":1,"chunkSize":67108865}"#, #"{"name":"a","size":1,"sha256":"xy"}"#,
    ])
    func malformedRegistrations(json: String) {
        let problem = #expect(throws: Problem.self) { try registration(json) }
        #expect(problem?.kind == .badRequest)
    }

    @Test func refusedRegistrations() {
        #expect(throws: Problem.self) { try registration(#"{"name":"a","size":1001}"#) }
        let tooLarge = #expect(throws: Problem.self) { try registration(#"{"name":"a","size":1001}"#) }
        #expect(tooLarge?.kind == .tooLarge)
        #expect(tooLarge?.members.json == #"{"limit":1000}"#)
        let badName = #expect(throws: Problem.self) { try registration(#"{"name":"..","size":1}"#) }
        #expect(badName?.kind == .badName)
    }

    @Test func chunkCountsAreBounded() throws {
        let wish = try Registration(
            json: Array(#"{"name":"a","size":70368744177664,"chunkSize":65536}"#.utf8), settings: UploadSettings())
        #expect(wish.plan(UploadSettings()).count <= 1 << 20)
        #expect(wish.plan(UploadSettings()).chunkSize % 4096 == 0)
    }

    private func claim(_ index: String, _ fields: HTTPFields) throws(any Error) -> ChunkClaim {
        try ChunkClaim(index: index, fields, plan: ChunkPlan(size: 100_000, chunkSize: 65_536))
    }

    @Test func claims() throws {
        let sha = hexSHA256([])
        let base64 = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
        let fields: HTTPFields = [.contentLength: "34464", .chunkChecksum: sha.uppercased(), .contentDigest: base64]
        #expect(try claim("1", fields).digest == .ofEmpty)
        #expect(try claim("1", [.contentLength: "34464", .contentDigest: base64]).length == 34464)
        #expect(
            try claim("1", [.contentLength: "34464", .chunkChecksum: sha, .contentDigest: "md5=:AA==:"]).index == 1)
    }

    @Test(
        arguments: [
            ("2", .badChunk), ("-1", .badChunk), ("+1", .badChunk), ("01", .badChunk), ("x", .badChunk),
            ("", .badChunk),
            ("99999999999999999999", .badChunk), ("0", .wrongLength),
        ] as [(String, Problem.Kind)])
    func badIndices(index: String, kind: Problem.Kind) {
        let problem = #expect(throws: Problem.self) {
            try claim(index, [.contentLength: "34464", .chunkChecksum: hexSHA256([])])
        }
        #expect(problem?.kind == kind)
    }

    @Test func badHeads() {
        let sha = hexSHA256([])
        var twice: HTTPFields = [.contentLength: "34464", .chunkChecksum: sha]
        twice.append(HTTPFields.Element(name: .chunkChecksum, value: hexSHA256([1])))
        let cases: [(HTTPFields, Problem.Kind)] = [
            ([.chunkChecksum: sha], .lengthRequired),
            ([.transferEncoding: "chunked", .contentLength: "34464", .chunkChecksum: sha], .lengthRequired),
            ([.contentLength: "034464", .chunkChecksum: sha], .wrongLength),
            ([.contentLength: "34464", .chunkChecksum: sha, .contentRange: "bytes 5-10/100"], .badRequest),
            ([.contentLength: "34464", .chunkChecksum: sha, .contentEncoding: "gzip"], .badRequest),
            ([.contentLength: "34464"], .checksumMissing),
            ([.contentLength: "34464", .chunkChecksum: "abc"], .badChecksum),
            ([.contentLength: "34464", .contentDigest: "sha-256=:AA==:"], .badChecksum),
            ([.contentLength: "34464", .contentDigest: "sha-256=broken"], .badChecksum),
            (
                [
                    .contentLength: "34464", .chunkChecksum: hexSHA256([1]),
                    .contentDigest: "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
                ], .badChecksum
            ),
            (twice, .badChecksum),
        ]
        for (fields, kind) in cases {
            let problem = #expect(throws: Problem.self) { try claim("1", fields) }
            #expect(problem?.kind == kind)
        }
    }

    @Test func json() {
        var object = JSONObject()
        object.add("text", "a\"\\\n\u{1}ü")
        object.add("number", -5)
        var more = JSONObject()
        more.add("ranges", ChunkRanges(first: 3))
        object.add(more)
        #expect(object.json == #"{"text":"a\"\\\u000a\u0001ü","number":-5,"ranges":[[0,2]]}"#)
        #expect(JSONObject().json == "{}")
    }
}
