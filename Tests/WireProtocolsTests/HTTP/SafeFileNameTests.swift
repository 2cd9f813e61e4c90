import Testing
import TransferCore
import WireProtocols

@Suite("Safe file names")
struct SafeFileNameTests {
    @Test(
        "from a server",
        arguments: [
            ("a.txt", "a.txt"), ("/etc/passwd", "passwd"), ("../../x", "x"), ("C:\\dir\\x.exe", "x.exe"),
            ("a/b\\c", "c"), ("a b", "a b"), (" a ", "a"), ("a. . ", "a"), ("a\u{a0}\u{3000}", "a"),
            (".bashrc", "_bashrc"), (" .bashrc", "_bashrc"), ("..a", "_.a"), ("dir/.ssh", "_ssh"),
            ("a\u{1b}[31mb", "a[31mb"), ("a\0b\u{7f}\u{9b}c\r\n", "abc"), ("\u{1}.x", "_x"),
            ("gpj\u{202e}exe.txt", "gpjexe.txt"), ("a\u{200b}\u{feff}b", "ab"), ("\u{2066}a\u{2069}", "a"),
            ("\u{200b}.x", "_x"), ("日本語.txt", "日本語.txt"), ("é😀", "é😀"), ("a:b*?\"<>|", "a:b*?\"<>|"),
            ("/\u{301}a", "\u{301}a"), (".\u{301}a", "_\u{301}a"),
        ])
    func makes(_ text: String, _ expected: String) {
        #expect(SafeFileName.make(from: text).map { Array($0.unicodeScalars) } == Array(expected.unicodeScalars))
    }

    @Test(
        "nothing usable",
        arguments: [
            "", ".", "..", "...", "/", "a/", "a\\", "a/..", "..\\.", " ", " . ", "\u{1b}", "\u{202e}", ".\u{0}.",
            "\u{200b}.\u{200b}.", "\u{2028}",
        ])
    func refuses(_ text: String) {
        #expect(SafeFileName.make(from: text) == nil)
    }

    @Test("long names are cut at a character, and keep their extension")
    func long() throws {
        let plain = try #require(SafeFileName.make(from: String(repeating: "a", count: 300) + ".tar"))
        #expect(plain == String(repeating: "a", count: 246) + ".tar")
        #expect(SafeFileName.make(from: String(repeating: "a", count: 250)) == String(repeating: "a", count: 250))
        #expect(SafeFileName.make(from: String(repeating: "a", count: 251)) == String(repeating: "a", count: 250))
        let family = "👨🏽\u{0301}"
        let wide = try #require(SafeFileName.make(from: String(repeating: family, count: 90) + ".jpeg"))
        #expect(wide.utf8.count <= 250 && wide.hasSuffix(".jpeg"))
        #expect(wide.dropLast(5).allSatisfy { String($0) == family })
        let noExtension = try #require(SafeFileName.make(from: "a." + String(repeating: "b", count: 300)))
        #expect(noExtension.utf8.count == 250)
        let spaces = try #require(SafeFileName.make(from: "a" + String(repeating: " ", count: 300) + ".txt"))
        #expect(spaces == "a.txt")
        let monster = "e" + String(repeating: "\u{301}", count: 400)
        #expect(SafeFileName.make(from: monster + ".txt") == "_.txt")
        #expect(SafeFileName.make(from: monster) == "_")
    }

    @Test(
        "from an address",
        arguments: [
            ("https://h/a/b.iso", "b.iso"), ("https://h/a%20b.iso?x=/y/z#f/g", "a b.iso"), ("https://h", "download"),
            ("https://h/", "download"), ("https://h?x", "download"), ("https://h//", "download"),
            ("https://h/dir/", "dir"), ("https://h/a%2Fb", "b"), ("https://h/a%5Cb", "b"),
            ("https://h/%2e%2e", "download"),
            ("https://h/a%00b%1b", "ab"), ("https://h/%E2%82%AC", "€"), ("https://h/€ x", "€ x"),
            ("https://h/100%.txt", "100%.txt"), ("https://h/100% ok.txt", "100% ok.txt"), ("https://h/%zz", "%zz"),
            ("https://h/%ff", "%ff"), ("https://h/.gitignore", ".gitignore"), ("https://user:pw@h/x", "x"),
            ("https://h/a\nb", "download"), ("", "download"), ("https://h/%20", "download"),
        ])
    func fromURL(_ url: String, _ expected: String) {
        #expect(SafeFileName.fromURL(url) == expected)
    }
}
