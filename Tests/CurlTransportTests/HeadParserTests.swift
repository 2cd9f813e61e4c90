import Testing
import TransferCore

@testable import CurlTransport

@Suite struct HeadParserTests {
    private func parse(_ lines: [String]) throws(TransferError) -> [ResponseHead] {
        var parser = HeadParser()
        var heads: [ResponseHead] = []
        for line in lines {
            let result = Array((line + "\r\n").utf8).withUnsafeBytes { bytes in
                Result { () throws(TransferError) in try parser.take(bytes) }
            }
            if let head = try result.get() { heads.append(head) }
        }
        return heads
    }

    @Test func theHeadComesWithTheEmptyLine() throws {
        #expect(try parse(["HTTP/1.1 200 OK", "A: b"]) == [])
        let head = ResponseHead(status: 200, fields: [HeaderField("A", "b")])
        #expect(try parse(["HTTP/1.1 200 OK", "A: b", ""]) == [head])
        #expect(try parse(["HTTP/1.0 404", ""]).map(\.status) == [404])
    }

    @Test func nothingComesAfterIt() throws {
        let heads = try parse(["HTTP/1.1 200 OK", "", "Trailer: x", "", "HTTP/1.1 500 No", ""])
        #expect(heads == [ResponseHead(status: 200)])
    }

    @Test func aFoldWithoutAFieldIsDropped() throws {
        #expect(try parse(["HTTP/1.1 200 OK", " lost: x", "A: b", ""]).first?.fields == [HeaderField("A", "b")])
    }

    @Test func theLimitIsExact() throws {
        let start = "HTTP/1.1 200 OK"
        let rest = HeadParser.limit - start.utf8.count - 2 - 2
        let field = "A: " + String(repeating: "x", count: rest - 3 - 2)
        #expect(try parse([start, field, ""]).count == 1)
        #expect(throws: TransferError.self) { try parse([start, field + "x", ""]) }
    }
}
