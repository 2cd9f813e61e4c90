import Testing

@testable import WireProtocols

@Suite struct AddressEncodingTests {
    @Test(arguments: [
        ("http://example.org/a b", "http://example.org/a%20b"),
        ("http://example.org/größe?q=ü#x", "http://example.org/gr%C3%B6%C3%9Fe?q=%C3%BC"),
        ("http://user:pass@example.org/a%20b", "http://user:pass@example.org/a%20b"),
        ("http://example.org", "http://example.org"),
        ("http://example.org/a{b}|c", "http://example.org/a%7Bb%7D%7Cc"),
        ("http://[::1]:8080/x\r\ny", "http://[::1]:8080/x%0D%0Ay"),
    ])
    func whatHasNoPlaceInAURIIsEncoded(address: String, expected: String) {
        #expect(AddressEncoding.encode(address) == expected)
    }
}
