import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Addresses that a server signs")
struct SignedAddressTests {
    private func ask(
        _ answer: ScriptedAnswer, address: String = "https://h/uploads/id"
    ) -> (UploadReport.Outcome?, Conversation) {
        var conversation = Presigning.converse(address: address)
        let outcome = conversation.run([answer])
        return (outcome, conversation)
    }

    @Test("are valid by the server's clock")
    func clock() {
        let late = Presigning.answer(
            [Presigning.address(1, expiresAt: "2026-11-23T12:10:00.500+01:00")], date: "Mon, 23 Nov 2026 11:00:00 GMT")
        #expect(ask(late).1.memory.signed[1]?.expiresAt == Storing.now + .milliseconds(600_500))
        let undated = Presigning.answer([Presigning.address(1)], date: nil)
        #expect(ask(undated).1.memory.signed[1]?.expiresAt == Storing.now + .seconds(600))
    }

    @Test("have expired already, or nearly so")
    func expired() {
        let past = Presigning.answer([Presigning.address(1, expiresAt: "1994-11-06T08:49:37Z")])
        #expect(ask(past).0.failure == .badResponse)
        // What is asked for in vain once would be so again: better to try.
        let soon = Presigning.answer([Presigning.address(1, expiresAt: "1994-11-06T08:49:38Z")])
        #expect(ask(soon).1.sent.count == 2)
    }

    @Test("are plain addresses", arguments: ["http://store:9000/b/k?a=%20b", "https://[::1]:9000/b//../k"])
    func plain(url: String) {
        let (_, conversation) = ask(
            Presigning.answer([Presigning.address(1, url: url)]), address: "http://h/uploads/id")
        #expect(conversation.sent.last?.request == HTTPRequest(method: "PUT", url: url, headers: []))
    }

    @Test(
        "that no chunk goes to",
        arguments: [
            Presigning.address(1, url: "ftp://store/b"), Presigning.address(1, url: "file:///etc/passwd"),
            Presigning.address(1, url: "//store/b"), Presigning.address(1, url: "https:///b"),
            Presigning.address(1, url: "https://u:p@store/b"), Presigning.address(1, url: "https://store/a b"),
            Presigning.address(1, url: "https://store/ä"), Presigning.address(1, url: "https://store/b#f"),
            Presigning.address(1, url: "https://store/\\r\\nX: y"), Presigning.address(1, url: ""),
            Presigning.address(1, url: "https://store/" + String(repeating: "a", count: 17_000)),
            Presigning.address(1, method: "POST"), Presigning.address(1, method: "put"),
            Presigning.address(1, headers: #"{"Authorization":"Basic x"}"#),
            Presigning.address(1, headers: #"{"Cookie":"x"}"#),
            Presigning.address(1, headers: #"{"transfer-encoding":"chunked"}"#),
            Presigning.address(1, headers: #"{"a b":"x"}"#), Presigning.address(1, headers: #"{"":"x"}"#),
            Presigning.address(1, headers: #"{"X-A":"a\r\nb: c"}"#), Presigning.address(1, headers: #"{"X-A":1}"#),
            Presigning.address(1, headers: #"{"Content-Length":"99"}"#),
            Presigning.address(1, headers: #"{"Host":"other"}"#),
            Presigning.address(1, headers: "[]"), Presigning.address(1, expiresAt: "tomorrow"),
            Presigning.address(1, expiresAt: "Sun, 06 Nov 1994 08:59:37 GMT"), Presigning.address(2),
            Presigning.address(1) + "," + Presigning.address(1), "{}", "1", "",
        ])
    func refused(address: String) {
        let (outcome, conversation) = ask(Presigning.answer([address]))
        #expect(outcome.failure == .badResponse)
        #expect(conversation.sent.count == 1)
        #expect(conversation.memory.signed.isEmpty)
    }

    @Test("what is no answer", arguments: ["", "{}", "<html>", #"{"urls":null}"#, #"{"urls":{}}"#])
    func noAnswer(body: String) {
        #expect(ask(ScriptedAnswer(200, [:], body)).0.failure == .badResponse)
    }

    @Test("fields that the transport makes itself may be named, if they agree")
    func framing() {
        let headers = #"{"host":"STORE:443","content-length":"100","x-amz-checksum-sha256":"s"}"#
        let (_, conversation) = ask(Presigning.addresses([1], headers: headers))
        #expect(conversation.sent.last?.request.headers == [HeaderField("x-amz-checksum-sha256", "s")])
    }

    @Test("over http, although the server has https")
    func encryption() {
        let plain = Presigning.answer([Presigning.address(1, url: "http://store/b")])
        #expect(ask(plain).0.failure == .redirectRefused)
        #expect(ask(plain, address: "http://h/uploads/id").1.sent.count == 2)
    }
}
