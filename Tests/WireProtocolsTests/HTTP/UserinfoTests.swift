import Testing
import WireProtocols

@Suite struct UserinfoTests {
    @Test(arguments: [
        ("http://me:secret@host/a", "http://host/b", "http://me:secret@host/b"),
        ("http://me@host:8080/a", "https://host/b?q#f", "https://me@host/b?q#f"),
        ("http://a@b:p@host/a", "http://host/", "http://a@b:p@host/"),
        ("http://host/a@b", "http://host/c", "http://host/c"),
        ("http://host?q=a@b", "http://host/c", "http://host/c"),
        ("http://host#a@b", "http://host/c", "http://host/c"),
        ("http://host/a", "http://host/b", "http://host/b"),
        ("http://me:secret@host/a", "no address", "no address"),
    ])
    func isCarried(_ source: String, _ target: String, _ expected: String) {
        #expect(Userinfo.carry(from: source, to: target) == expected)
    }
}
