import Testing
import TransferCore
import WireProtocols

@Suite("Redirects")
struct RedirectTests {
    @Test(
        "resolution by the examples of RFC 3986 §5.4",
        arguments: [
            ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
            ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"), ("g?y#s", "http://a/b/c/g?y"), (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"), ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"),
            ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"), ("../..", "http://a/"),
            ("../../g", "http://a/g"), ("../../../g", "http://a/g"), ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."), (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"), ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"), ("g?y/../x", "http://a/b/c/g?y/../x"), ("g#s/../x", "http://a/b/c/g"),
            ("https://h", "https://h/"), ("HTTPS://H/x", "https://H/x"), ("https://h/a/../b//c", "https://h/b//c"),
            ("ftp://h/x", "ftp://h/x"), ("mailto:x@y", "mailto:x@y"), ("?", "http://a/b/c/d;p?"),
            (" /a b ", "http://a/a%20b"), ("/é?ü|\"", "http://a/%C3%A9?%C3%BC%7C%22"), ("/%zz%41", "http://a/%zz%41"),
            ("/\\evil.example/", "http://a/%5Cevil.example/"), ("https://u:p@h:8443/x", "https://h:8443/x"),
            ("//u@h:80/", "http://h:80/"), ("https://[::1]:8080/x", "https://[::1]:8080/x"), ("//h:/x", "http://h/x"),
            ("1:2", "http://a/b/c/1:2"),
        ])
    func resolves(_ location: String, _ expected: String) {
        #expect(Redirects.resolve(location, against: "http://a/b/c/d;p?q") == expected)
    }

    @Test("resolution against an address without path, with user or in Unicode")
    func bases() {
        #expect(Redirects.resolve("g", against: "http://a") == "http://a/g")
        #expect(Redirects.resolve("?q", against: "http://a") == "http://a/?q")
        #expect(Redirects.resolve("/x", against: "https://u:p@a:81/b#c") == "https://a:81/x")
        #expect(Redirects.resolve("/x", against: "https://münchen.example/") == "https://münchen.example/x")
        #expect(Redirects.resolve("g", against: "not absolute") == nil)
    }

    @Test(
        "addresses that are not valid",
        arguments: [
            "http://h\\@evil/", "http://h h/", "http://h:99999/", "http://h:0/", "http://h:-1/", "http://h:8x/",
            "http://[::1/", "http://[]/", "http://[::1]x/", "http://a%2fb/", "/a\rb", "/a\0b", "/a\u{1b}b", "/a\u{85}b",
            "//h<script>/", "http://h\"/",
        ])
    func invalid(_ location: String) {
        #expect(Redirects.resolve(location, against: "http://a/") == nil)
        #expect(refusal(location) == "the server redirects to an address that is not valid")
    }

    @Test(
        "credentials follow to the same origin only",
        arguments: [
            ("https://h/a", "/b", true), ("https://h/a", "https://H:443/b", true), ("http://h:80/a", "//h/b", true),
            ("https://h/a", "https://h:444/b", false), ("https://h/a", "https://h.evil/b", false),
            ("https://h/a", "https://x.h/b", false), ("http://h/a", "https://h/b", false),
            ("https://h/a", "https://h@evil/b", false), ("https://u:p@h/a", "https://h/b", true),
            ("https://[::1]/a", "https://[::1]:443/b", true),
        ])
    func origins(_ current: String, _ location: String, _ isSame: Bool) {
        guard case .follow(_, let sameOrigin) = decide(location, current) else {
            Issue.record("refused")
            return
        }
        #expect(sameOrigin == isSame)
    }

    @Test("the origin that counts is the user's, not the last hop's")
    func longWay() {
        #expect(
            Redirects.decide(location: "/c", from: "https://b/", original: "https://a/", followed: 1)
                == .follow(url: "https://b/c", sameOrigin: false))
        #expect(
            Redirects.decide(location: "https://a/c", from: "https://b/", original: "https://a/", followed: 1)
                == .follow(url: "https://a/c", sameOrigin: true))
    }

    @Test("refusals name what is wrong")
    func refusals() {
        #expect(refusal("ftp://h/x") == "the server redirects to ftp, but only http and https are followed")
        #expect(refusal("file:///etc/passwd") == "the server redirects to file, but only http and https are followed")
        #expect(
            refusal("javascript:alert(1)") == "the server redirects to javascript, but only http and https are followed"
        )
        #expect(refusal("http://h/x") == "the server redirects from https to http, which would give up encryption")
        #expect(refusal("https:///x") == "the server redirects to an address without a host")
        #expect(refusal("https:x") == "the server redirects to an address without a host")
        #expect(refusal("https://u@/x") == "the server redirects to an address without a host")
        #expect(refusal("/x", followed: 10) == "the server redirects more than 10 times")
        #expect(refusal("/x", followed: 9) == nil)
    }

    @Test("origins")
    func origin() {
        #expect(Origin("HTTP://Host/")?.port == 80)
        #expect(Origin("HTTP://Host/")?.host == "host")
        #expect(Origin("https://h:8443")?.port == 8443)
        #expect(Origin("ftp://h/") == nil)
        #expect(Origin("/x") == nil)
        #expect(Origin("https://") == nil)
        #expect(Origin("https://h") == Origin("https://u:p@H:443/x?y"))
    }

    private func decide(_ location: String, _ current: String, followed: Int = 0) -> RedirectDecision {
        Redirects.decide(location: location, from: current, original: current, followed: followed)
    }

    private func refusal(_ location: String, followed: Int = 0) -> String? {
        guard case .refused(let error) = decide(location, "https://a/", followed: followed) else { return nil }
        #expect(error.code == .redirectRefused)
        return error.detail.description
    }
}
