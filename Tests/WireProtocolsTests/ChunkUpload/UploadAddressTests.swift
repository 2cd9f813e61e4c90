import Testing
import TransferCore
import WireProtocols

@Suite("Destinations of uploads")
struct UploadAddressTests {
    @Test("a destination is the address of the finished file")
    func natural() throws {
        let text = UploadAddress.destination(base: "http://host:7270/", name: "a/b.txt")
        #expect(text == "http://host:7270/files/a/b.txt")
        let address = try #require(UploadAddress(text))
        #expect(address.base == "http://host:7270/")
        #expect(address.name == "a/b.txt")
    }

    @Test(
        "every name comes back",
        arguments: [
            "x", "a b", "100%", "%41", "a#b", "a?b", "a+b", "ä/ö/日本語", "😀", "e\u{301}", "\u{e9}", "a/\u{301}b",
            "files", "files/x", "files/files/x", "x/files", "x/files/y", "uploads", ".hidden", "...", "a:b@c",
            "~'()*!$&,;=",
            "a\"<>^`{|}b", " x ",
        ],
        [
            "http://h/", "https://user:p%40ss@h:8080/", "http://[::1]:7270/", "https://h/carryon/", "https://h/a/b/c/",
            "http://files/", "https://h/a%20b/",
        ])
    func roundTrip(name: String, base: String) throws {
        let text = UploadAddress.destination(base: base, name: name)
        #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "?") })
        let address = try #require(UploadAddress(text))
        #expect(address.base == base)
        // By bytes, for a server does not normalise.
        #expect(Array(address.name.utf8) == Array(name.utf8))
        #expect(UploadAddress.destination(base: address.base, name: address.name) == text)
        let typed = try UploadAddress.destination(argument: text, fileName: "other")
        #expect(typed == text)
    }

    @Test("a prefix that has the marker in it is written so that the name is found all the same")
    func markerInPrefix() throws {
        let text = UploadAddress.destination(base: "https://h/files/x/files/", name: "files/n")
        #expect(text == "https://h/%66iles/x/%66iles/files/files/n")
        let address = try #require(UploadAddress(text))
        #expect(address.base == "https://h/%66iles/x/%66iles/")
        #expect(address.name == "files/n")
        #expect(UploadAddress.destination(base: address.base, name: address.name) == text)
    }

    @Test(arguments: ["http://h", "http://h/"])
    func baseWithAndWithoutSlash(base: String) {
        #expect(UploadAddress.destination(base: base, name: "n") == "http://h/files/n")
        #expect(UploadAddress.destination(base: base + "/p", name: "n").hasSuffix("/p/files/n"))
    }

    @Test(
        "what no destination looks like",
        arguments: [
            "", "x", "http://h", "http://h/", "http://h/x", "http://h/files", "http://h/files/", "http://h/files//x",
            "http://h/files/x/", "http://h/files/../x", "http://h/files/%2e%2e/x", "http://h/files/a%2Fb",
            "http://h/files/a%5Cb", "http://h/files/a%00", "http://h/files/%C2%85", "http://h/files/%ff",
            "http://h/files/x?y", "http://h/files/x#y", "http://h/files/x?", "ftp://h/files/x", "http:///files/x",
            "http://h:99999/files/x", "http://h\\@e/files/x", "http://h/fi\nles/x", "/files/x", "//h/files/x",
            "http://h/filesystem/x", "http://h/Files/x",
        ])
    func refusesOthers(text: String) {
        #expect(UploadAddress(text) == nil)
    }

    @Test(
        "what users type",
        arguments: [
            ("http://host:7270", "http://host:7270/files/own.iso"),
            ("http://host:7270/", "http://host:7270/files/own.iso"),
            ("http://host:7270/new-name.iso", "http://host:7270/files/new-name.iso"),
            ("http://host:7270/dir/", "http://host:7270/files/dir/own.iso"),
            ("http://host:7270/dir/new", "http://host:7270/files/dir/new"),
            ("http://host:7270/files", "http://host:7270/files/own.iso"),
            ("http://host:7270/files/", "http://host:7270/files/own.iso"),
            ("http://host:7270/files/x", "http://host:7270/files/x"),
            ("http://host:7270/files/files/x", "http://host:7270/files/files/x"),
            ("https://host/carryon/files/x", "https://host/carryon/files/x"),
            ("https://host/carryon/files/", "https://host/carryon/files/own.iso"),
            ("https://host/carryon/files/d/", "https://host/carryon/files/d/own.iso"),
            ("https://u:p@host/x", "https://u:p@host/files/x"),
            ("https://to ken@host", "https://to ken@host/files/own.iso"),
            ("HTTP://Host:/a b/ü", "http://Host/files/a%20b/%C3%BC"),
            ("http://h/100%", "http://h/files/100%25"),
            ("http://h/a%20b", "http://h/files/a%20b"),
            (" http://h/x\t", "http://h/files/x"),
            ("http://[::1]:1/", "http://[::1]:1/files/own.iso"),
            ("http://h/a\u{301}", "http://h/files/a%CC%81"),
            ("http://h/\u{301}a", "http://h/files/%CC%81a"),
            ("http://h/my prefix/files/x", "http://h/my%20prefix/files/x"),
        ])
    func typed(argument: String, expected: String) throws {
        let destination = try UploadAddress.destination(argument: argument, fileName: "own.iso")
        #expect(destination == expected)
        #expect(UploadAddress(destination) != nil)
    }

    @Test("a file of a folder keeps its place")
    func folders() throws {
        let destination = try UploadAddress.destination(argument: "http://h/backup/", fileName: "photos/2026/a b.jpg")
        #expect(destination == "http://h/files/backup/photos/2026/a%20b.jpg")
    }

    @Test(
        "what users may not type",
        arguments: [
            ("http://h/x?y", "? or #"), ("http://h/x#y", "? or #"), ("http://h/?", "? or #"), ("http://h#", "? or #"),
            ("", "https://HOST/NAME"), ("h/x", "https://HOST/NAME"), ("ftp://h/x", "https://HOST/NAME"),
            ("http://", "https://HOST/NAME"), ("http:///x", "https://HOST/NAME"), ("http://h:0/", "https://HOST/NAME"),
            ("http://h/a\nb", "https://HOST/NAME"), ("http://h//x", "empty"), ("http://h/x//", "empty"),
            ("http://h/../x", ".."), ("http://h/.", "."), ("http://h/%2e%2E/", ".."), ("http://h/a%2fb", "slash"),
            ("http://h/a\\b", "backslash"), ("http://h/%00", "control"), ("http://h/%7f", "control"),
            ("http://h/%c2%9b", "control"), ("http://h/%ff", "UTF-8"),
        ])
    func mistyped(argument: String, hint: String) throws {
        let error = try #require(throws: TransferError.self) {
            try UploadAddress.destination(argument: argument, fileName: "own.iso")
        }
        #expect(error.code == .malformed)
        #expect(error.detail.description.contains(hint))
    }

    @Test(
        "names are measured as the server does it",
        arguments: [
            (String(repeating: "n", count: 255), true), (String(repeating: "n", count: 256), false),
            (String(repeating: "é", count: 127), true), (String(repeating: "é", count: 128), false),
            (Array(repeating: "n", count: 32).joined(separator: "/"), true),
            (Array(repeating: "n", count: 33).joined(separator: "/"), false),
            (Array(repeating: String(repeating: "n", count: 204), count: 5).joined(separator: "/"), true),
            (Array(repeating: String(repeating: "n", count: 205), count: 5).joined(separator: "/"), false),
            ("", false), ("/a", false), ("a/", false), ("a//b", false), ("a/./b", false), ("..", false),
            ("a\u{0}", false), ("a\u{1b}", false), ("a\u{85}", false), ("a\\b", false), (".a", true),
            ("\u{202e}", true),
        ])
    func names(name: String, isFine: Bool) {
        do throws(TransferError) {
            try UploadName.validate(name)
            #expect(isFine)
        } catch {
            #expect(!isFine)
            #expect(error.code == .malformed)
            #expect(error.detail.description.hasPrefix("the name of a file at a server "))
        }
        let destination = try? UploadAddress.destination(argument: "http://h/", fileName: name)
        #expect((destination != nil) == isFine)
    }
}
