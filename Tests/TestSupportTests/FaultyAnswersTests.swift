import Foundation
import TestSupport
import Testing
import TransferCore

@Suite struct FaultyAnswers {
    private let asked = Array(all[1000..<2000])

    @Test func statusWithFieldsAndBody() async throws {
        let response = try await fetch([.status(503, [HeaderField("Retry-After", "1")], body: "busy")])
        #expect(response.status == 503)
        #expect(response["Retry-After"] == "1")
        #expect(response.body == Array("busy".utf8))
        #expect(response["ETag"] == nil)
    }

    @Test func versions() async throws {
        let same = try await fetch([.version2(.sameContent)])
        #expect(same["ETag"] == "\"v2\"")
        #expect(same.body == asked)
        #expect(try await fetch([.version2(.otherContent)]).body != asked)
        #expect(try await fetch([.version2(.otherSize(50))], "GET", [])["Content-Length"] == "50")
        let guarded = [("Range", "bytes=0-9"), ("If-Match", "\"v1\"")]
        #expect(try await fetch([.version2(.otherContent)], "GET", guarded).status == 412)
        #expect(try await fetch([.version2(.otherContent), .ignoreConditions], "GET", guarded).status == 206)
    }

    @Test func validators() async throws {
        let weak = try await fetch([.weakEntityTag])
        #expect(weak["ETag"] == "W/\"v1\"")
        #expect(try await fetch([.weakEntityTag], "GET", [("If-Match", "W/\"v1\"")]).status == 412)
        let none = try await fetch([.noValidator])
        #expect(none["ETag"] == nil && none["Last-Modified"] == nil)
        #expect(try await fetch([.noEntityTag])["Last-Modified"] != nil)
        let now = try await fetch([.lastModifiedIsNow])
        #expect(now["Last-Modified"] == now["Date"])
    }

    @Test func rangesIgnored() async throws {
        let silent = try await fetch([.ignoreRanges])
        #expect(silent.status == 200 && silent["Accept-Ranges"] == nil && silent.body == all)
        let lying = try await fetch([.wholeAnswer])
        #expect(lying.status == 200 && lying["Accept-Ranges"] == "bytes" && lying.body == all)
    }

    @Test(
        arguments: [
            (Fault.RangeLie.missing, nil), (.first(by: 1), "bytes 1001-1999/100000"),
            (.last(by: -1), "bytes 1000-1998/100000"), (.total(by: 5), "bytes 1000-1999/100005"),
            (.unknownTotal, "bytes 1000-1999/*"), (.unit("items"), "items 1000-1999/100000"), (.raw("what"), "what"),
        ] as [(Fault.RangeLie, String?)])
    func liesAboutTheRange(lie: Fault.RangeLie, field: String?) async throws {
        let response = try await fetch([.contentRange(lie)])
        #expect(response.status == 206)
        #expect(response["Content-Range"] == field)
        #expect(response.body == asked)
    }

    @Test func otherRanges() async throws {
        let shorter = try await fetch([.shorterThanContentRange(by: 10)])
        #expect(shorter["Content-Range"] == "bytes 1000-1999/100000")
        #expect(shorter["Content-Length"] == "990" && shorter.body == Array(asked[..<990]))
        let short = try await fetch([.shortRange(count: 10)])
        #expect(short["Content-Range"] == "bytes 1000-1009/100000" && short.body == Array(asked[..<10]))
        let early = try await fetch([.earlierRange(by: 5)])
        #expect(early["Content-Range"] == "bytes 995-1999/100000" && early.body == Array(all[995..<2000]))
        let multipart = try await fetch([.multipart])
        #expect(multipart.status == 206 && multipart["Content-Range"] == nil)
        #expect(multipart["Content-Type"] == "multipart/byteranges; boundary=SEPARATOR")
        #expect(multipart.body.count > 1000 && multipart["Content-Length"] == "\(multipart.body.count)")
        #expect(try await fetch([.rangeNotSatisfiable])["Content-Range"] == "bytes */100000")
        #expect(try await fetch([.preconditionFailed]).status == 412)
    }

    @Test func damageAndDigests() async throws {
        let response = try await fetch([.contentDigest, .reprDigest, .damage(at: 1500)])
        var damaged = asked
        damaged[500] ^= 0x10
        #expect(response.body == damaged)
        func field(_ bytes: [UInt8]) -> String { "sha-256=:\(Data(SHA256.hash(bytes)).base64EncodedString()):" }
        #expect(response["Content-Digest"] == field(asked))
        #expect(response["Repr-Digest"] == field(all))
        #expect(try await fetch([.damage(at: 5)]).body == asked)
        #expect(try await fetch([.damage()]).body == damaged)
        let wrong = try await fetch([.wrongReprDigest])
        #expect(wrong["Repr-Digest"] != field(all) && wrong["Repr-Digest"]?.hasPrefix("sha-256=:") == true)
    }

    @Test func unaskedGzip() async throws {
        let response = try await fetch([.unaskedGzip], "GET", [])
        #expect(response["Content-Encoding"] == "gzip")
        let folder = try TemporaryFolder()
        try folder.write(response.body, to: "f.gz")
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/sh")
        gzip.arguments = ["-c", "exec gzip -d '\(folder.path("f.gz"))'"]
        try gzip.run()
        gzip.waitUntilExit()
        #expect(try folder.read("f") == all)
    }

    @Test func redirects() async throws {
        let away = try await fetch([.redirect(307, to: "https://example.org/x")])
        #expect(away.status == 307 && away["Location"] == "https://example.org/x")
        #expect(try await fetch([.redirectLoop])["Location"] == "/f")
        let chain = [Fault(.always, .redirectChain(count: 2))]
        try await FaultyServer.serving([ServedFile("/f", .pattern(content))], faults: chain) { server in
            var target = "/f"
            while let next = try await RawConnection.fetch(port: server.port, "GET", target)["Location"] {
                target = next
            }
            #expect(server.requests.map(\.target) == ["/f", "/f?hop=1", "/f?hop=2"])
            #expect(server.requests.map(\.status) == [302, 302, 200])
        }
    }

    @Test func fields() async throws {
        let response = try await fetch([
            .header("X-A", "1"), .removeHeader("etag"), .contentDisposition("attachment; filename=\"../x\""),
            .headerFlood(count: 300),
        ])
        #expect(response["X-A"] == "1" && response["ETag"] == nil)
        #expect(response["Content-Disposition"] == "attachment; filename=\"../x\"")
        #expect(response.head.fields.count { $0.name.hasPrefix("X-Flood") } == 300)
    }
}
