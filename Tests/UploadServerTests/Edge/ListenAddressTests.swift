import Testing

@testable import UploadServer

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:7270", "127.0.0.1", 7270), ("[::1]:7270", "::1", 7270), ("0.0.0.0:80", "0.0.0.0", 80),
        (":7270", nil, 7270), ("localhost:0", "localhost", 0), ("[fe80::1%lo]:65535", "fe80::1%lo", 65535),
    ])
    func takesApartWhatPeopleWrite(text: String, host: String?, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "7270", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:x",
        "::1:7270", "[::1:7270", "::1]:7270", "[]:1", "[127.0.0.1]:1", "a b:1", "http://x:1", "\u{1b}[31m:1", "[::1]",
    ])
    func refusesTheRestInOneSentence(text: String) throws {
        let error = #expect(throws: ServerSetupError.self) { try ListenAddress(text) }
        let sentence = try #require(error).description
        #expect(!sentence.isEmpty && !sentence.contains("\n") && !sentence.contains("\u{1b}"))
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true),
        ("localhost:1", true), (":1", false), ("0.0.0.0:1", false), ("[::]:1", false), ("10.0.0.1:1", false),
        ("[::ffff:10.0.0.1]:1", false), ("[2001:db8::1]:1", false),
    ])
    func knowsWhatOnlyThisMachineReaches(text: String, isLoopback: Bool) throws {
        let address = try NumericAddress(ListenAddress(text))
        #expect(address.isLoopback == isLoopback)
    }

    @Test func aHostThatDoesNotExistIsNamed() throws {
        let address = try ListenAddress("no-such-host.invalid:1")
        let error = #expect(throws: ServerSetupError.self) { try NumericAddress(address) }
        #expect(try #require(error).description.hasPrefix("cannot listen on no-such-host.invalid:1: "))
    }
}
