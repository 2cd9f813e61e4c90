import Testing

@testable import UploadServer

@Suite struct TokenTableTests {
    private let alice = "alice-token-0123456789"
    private let other = "other-token-0123456789"

    private func table(_ text: String) throws -> TokenTable { try TokenTable(text.utf8, file: "tokens") }

    @Test func findsTheOwnerOfEachToken() throws {
        let table = try table("# who\r\n\n  alice\t\(alice)  \r\nalice 2nd-\(alice)\n\(other)\nb.o-b_1 #\(other)")
        #expect(table.owner(of: alice.utf8) == Owner(name: "alice"))
        #expect(table.owner(of: "2nd-\(alice)".utf8) == Owner(name: "alice"))
        #expect(table.owner(of: other.utf8) == Owner(name: "default"))
        #expect(table.owner(of: "#\(other)".utf8) == Owner(name: "b.o-b_1"))
    }

    @Test func whatIsNearlyATokenIsNone() throws {
        let table = try table("alice \(alice)\nbob \(other)")
        for wrong in ["", "alice", alice.uppercased(), "\(alice) ", String(alice.dropLast()), alice + "0", "\0"] {
            #expect(table.owner(of: wrong.utf8) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [
        ("alice short", "line 1 "), ("\n\nalice 0123456789abcde", "line 3 "), ("a b 0123456789abcdef", "line 1 "),
        (".alice 0123456789abcdef", "line 1 "), ("al/ice 0123456789abcdef", "line 1 "),
        ("alicé 0123456789abcdef", "line 1 "), ("alice 0123456789abcdéf", "line 1 "),
        ("\(String(repeating: "a", count: 65)) 0123456789abcdef", "line 1 "),
        ("a 0123456789abcdef\nb 0123456789abcdef", "line 2 "), ("a 0123456789abcde\u{7f}", "line 1 "),
        ("", "no token"), ("# nothing\n", "no token"),
    ])
    func namesTheLineAndNeverTheToken(text: String, part: String) throws {
        let error = #expect(throws: ServerSetupError.self) { try table(text) }
        let sentence = try #require(error).description
        #expect(sentence.contains(part))
        #expect(!sentence.contains("0123456789"))
    }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("BEARER abc", "abc"), ("Basic abc", nil), ("abc", nil),
        ("Bearer", nil), ("", nil), (nil, nil), (" Bearer abc", nil), ("Bearer abc, Bearer d", "abc, Bearer d"),
    ])
    func readsTheTokenOfTheField(field: String?, token: String?) {
        #expect(AuthenticationMiddleware.token(in: field).map { String(decoding: $0, as: UTF8.self) } == token)
    }
}
