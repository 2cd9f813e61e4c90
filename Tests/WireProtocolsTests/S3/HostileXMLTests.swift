import Testing
import TransferCore
import WireProtocols

/// Nothing that a store sends may bring the reader down, or be taken for an answer that it is not.
@Suite("Hostile XML")
struct HostileXMLTests {
    private static let good = S3Documents.parts(S3Documents.part("1") + S3Documents.part("2"))

    private static func check(_ body: [UInt8]) {
        for (root, read) in S3Documents.readers {
            let error = S3Documents.error(body, read)
            #expect(error?.code == .badResponse, "\(root)")
            #expect(error?.detail.description.hasPrefix("the store answers with something that is not ") == true)
        }
        #expect(S3Problem(body) == nil)
    }

    @Test(
        "what is no XML",
        arguments: [
            "", " ", "<", ">", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "text", "<a/>text",
            "<html><body>Oops<br></html>",
            "{}", "<?xml", "<?xml version=\"1.0\"?>", "<a b=c/>", "<a>&unknown;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>",
            "<a>\u{1}</a>", "<!-- -->", "<a><![CDATA[</a>", "<a><?b?>", "<a><?b", "<a b='<'/>", "<a b/>", "<a b='c",
            "<a/ >", "< a/>", "\u{feff}", "<a><!-- -- --></a>", "<Error>", "<Error/>",
        ])
    func noXML(text: String) {
        Self.check(Array(text.utf8))
    }

    @Test("every beginning of an answer")
    func truncated() {
        for length in 0..<Self.good.count {
            #expect(S3Documents.error(Array(Self.good[..<length]), S3Answers.parts) != nil)
        }
        #expect(S3Documents.error(Self.good, S3Answers.parts) == nil)
    }

    @Test("the root of another answer", arguments: S3Documents.readers.keys.sorted())
    func wrongRoot(root: String) throws {
        for (other, read) in S3Documents.readers where other != root {
            let body = S3Documents.document(root, "<UploadId>u</UploadId><IsTruncated>false</IsTruncated>")
            #expect(S3Documents.error(body, read)?.code == .badResponse)
        }
    }

    @Test("elements within elements without end", arguments: [17, 100, 100_000])
    func deep(depth: Int) {
        Self.check(Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8))
        Self.check(Array(String(repeating: "<ListPartsResult>", count: depth).utf8))
    }

    @Test("more elements than an answer has")
    func many() {
        let body = S3Documents.parts(String(repeating: "<a/>", count: 1_000_000))
        #expect(S3Documents.error(body, S3Answers.parts)?.code == .badResponse)
    }

    @Test("16 MiB of text")
    func long() {
        let long = S3Documents.parts(String(repeating: "x", count: 16 << 20))
        #expect(S3Documents.error(long, S3Answers.parts)?.code == .badResponse)
        let blank = [UInt8](repeating: 0x20, count: 1 << 20)
        #expect(S3Documents.error(blank, S3Answers.parts)?.code == .badResponse)
        #expect(S3Documents.error(blank + Self.good, S3Answers.parts) == nil)
        Self.check([UInt8](repeating: UInt8(ascii: "<"), count: S3Limits.longestAnswer))
    }

    @Test("entities that grow, or read files")
    func entities() {
        var bomb = S3Documents.declaration + "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\">"
        for (previous, name) in zip("abcdefghi", "bcdefghij") {
            bomb += "<!ENTITY \(name) \"" + String(repeating: "&\(previous);", count: 10) + "\">"
        }
        Self.check(Array((bomb + "]><ListPartsResult><IsTruncated>&j;</IsTruncated></ListPartsResult>").utf8))
        let file =
            "<!DOCTYPE r [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><Error><Code>A</Code><Message>&f;</Message></Error>"
        Self.check(Array(file.utf8))
        Self.check(Array("<!DOCTYPE Error SYSTEM \"http://127.0.0.1:1/x.dtd\"><Error><Code>A</Code></Error>".utf8))
    }

    @Test("another encoding than UTF-8")
    func encodings() {
        let text = "<Error><Code>A</Code></Error>"
        #expect(S3Problem(Array(text.utf8)) != nil)
        Self.check(text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        Self.check([0xFF, 0xFE] + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        Self.check(Array("<Error><Code>A</Code><Message>".utf8) + [0xC3, 0x28] + Array("</Message></Error>".utf8))
        // What a declaration calls it is of no account, so that nothing can be hidden in UTF-7.
        let hidden =
            "<?xml version=\"1.0\" encoding=\"UTF-7\"?><Error><Code>A</Code><Message>+ADw-b/+AD4-</Message></Error>"
        #expect(S3Problem(Array(hidden.utf8))?.message == "+ADw-b/+AD4-")
    }

    @Test("comments, sections of text, attributes and prefixes do not matter")
    func harmless() throws {
        let text =
            "<s3:Error a='1' xmlns:s3='x'><!-- <Code>B</Code> --><Code><![CDATA[Slow]]>Down</Code><?pi?>"
            + "<Message>a &lt;b&gt; &#233;</Message></s3:Error>\n<!-- end -->"
        #expect(S3Problem(Array(text.utf8)) == S3Problem(code: "SlowDown", message: "a <b> é"))
    }

    @Test("problems are short, of one line, and say things once")
    func problems() throws {
        let long = String(repeating: "word ", count: 100_000)
        let message = try #require(S3Problem(S3Documents.problem("A", "\n first \t line.\r\n" + long))?.message)
        #expect(message.hasPrefix("first line. word") && message.unicodeScalars.count <= 301 && message.hasSuffix("…"))
        #expect(S3Problem(S3Documents.problem("A", " .. "))?.message == nil)
        #expect(S3Problem(S3Documents.problem("A", nil))?.message == nil)
        let twice = S3Documents.problem("A", "x", more: "<Message>y</Message><Region>eu-west-1</Region>")
        #expect(S3Problem(twice) == S3Problem(code: "A", region: "eu-west-1"))
        for code in ["", "a b", "a\u{1b}", "<b/>", "é", String(repeating: "A", count: 101), "A</Code><Code>B"] {
            #expect(S3Problem(S3Documents.problem(code)) == nil)
        }
        for region in ["evil.example/", "", "a b", "eu-west-1</Region><Region>eu-west-1"] {
            #expect(S3Problem(S3Documents.problem("A", more: "<Region>\(region)</Region>"))?.region == nil)
        }
    }

    @Test("bytes that were changed on the way")
    func mutations() {
        // A linear generator: the same bytes every time.
        var state: UInt64 = 20_261_123
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = ["<", ">", "</", "/>", "&", ";", "\"", "<!", "]]>", "<Part>", "0", "-", "\0", "\u{1}", "é", " "]
        for _ in 0..<3000 {
            var body = Self.good
            for _ in 0...next(3) {
                let place = next(body.count)
                body.replaceSubrange(place..<min(place + next(4), body.count), with: pieces[next(pieces.count)].utf8)
            }
            if let page = try? S3Answers.parts(body) {
                #expect(page.parts.allSatisfy { S3Limits.partNumbers.contains($0.number) && $0.size >= 0 })
            }
        }
    }
}
