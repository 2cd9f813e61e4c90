import Testing
import TransferCore
import WireProtocols

/// Nothing that a server sends may bring a parser down. The seed is fixed, so that a failure comes back.
@Suite("Hostile fields")
struct FuzzTests {
    private static let rounds = 20_000
    private static let now = WallTime(milliseconds: 1_795_392_000_000)

    private static let pieces = [
        "bytes", " ", " ", "-", "/", "*", ",", ";", "=", ":", "\"", "\\", "'", "%", "?", "#", "@", "[", "]", "(", ")",
        ".", "..", "0", "1", "99", "9223372036854775807", "9223372036854775808", "W/", "\"a\"", "sha-256", ":AAAA:",
        "attachment", "filename", "filename*", "UTF-8''", "iso-8859-1''", "%e2%82%ac", "%ff", "%", "http", "https://",
        "//", "h", "Sun,", "Sunday,", "Sun", "06", "Nov", "06-Nov-94", "1994", "08:49:37", "23:59:60", "GMT", "\0",
        "\u{1b}", "\r\n", "\u{202e}", "\u{301}", "é", "😀", "\u{10FFFF}", "\u{85}", "\t", "a", "Z", "{", "|",
    ]

    private static func text(_ random: inout SplitMix) -> String {
        (0..<random.next(14)).reduce(into: "") { text, _ in text += pieces[random.next(pieces.count)] }
    }

    private static func forEachText(seed: UInt64, _ body: (String, inout SplitMix) -> Void) {
        var random = SplitMix(state: seed)
        for _ in 0..<rounds { body(text(&random), &random) }
    }

    @Test("dates and waits")
    func dates() {
        Self.forEachText(seed: 1) { text, random in
            if let time = HTTPDate.parse(text, now: Self.now) {
                #expect(HTTPDate.parse(HTTPDate.format(time), now: Self.now) == time)
            }
            if let wait = RetryAfter.parse(text, now: Self.now, dateField: Self.text(&random)) {
                #expect(wait >= .zero && wait <= RetryAfter.limit)
            }
        }
    }

    @Test("Content-Range")
    func contentRange() {
        Self.forEachText(seed: 2) { text, _ in
            for text in [text, "bytes " + text] {
                if case .part(let range, let total?) = ContentRange.parse(text) { #expect(range.end <= total) }
            }
        }
    }

    @Test("ETag")
    func entityTag() {
        Self.forEachText(seed: 3) { text, _ in
            if let tag = EntityTag.parse(text) { #expect(!tag.fieldValue.utf8.contains { $0 < 0x20 || $0 == 0x7F }) }
        }
    }

    @Test("file names")
    func fileNames() {
        Self.forEachText(seed: 4) { text, _ in
            let named = [text, "attachment; filename=" + text, "attachment; filename*=UTF-8''" + text]
                .compactMap(ContentDisposition.fileName)
            for text in named + [text, String(repeating: text, count: 20)] {
                if let name = SafeFileName.make(from: text) { Self.check(name, isFromServer: true) }
            }
            Self.check(SafeFileName.fromURL(text), isFromServer: false)
            Self.check(SafeFileName.fromURL("https://h/" + text), isFromServer: false)
        }
    }

    private static func check(_ name: String, isFromServer: Bool) {
        #expect(!name.isEmpty && name.utf8.count <= SafeFileName.maximumBytes && name != "." && name != "..")
        #expect(!name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0))
        #expect(SafeText(name).description == name)
        #expect(!isFromServer || name.unicodeScalars.first != ".")
    }

    @Test("digests")
    func digests() {
        Self.forEachText(seed: 5) { text, _ in
            _ = Digests.sha256(text)
            let prefixed = Digests.sha256("sha-256=:\(DigestsTests.base64):" + text)
            #expect(prefixed == nil || prefixed == DigestsTests.hex)
        }
    }

    @Test("addresses")
    func addresses() {
        Self.forEachText(seed: 6) { text, _ in
            for text in [text, "https://" + text, "/" + text] {
                guard let url = Redirects.resolve(text, against: "https://base/a/b?c") else { continue }
                #expect(url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F })
                // What is resolved once stays as it is.
                #expect(Redirects.resolve(url, against: "https://other/") == url)
                let decision = Redirects.decide(
                    location: text, from: "https://base/a/b?c", original: "https://base/", followed: 0)
                if case .follow(let followed, let sameOrigin) = decision {
                    #expect(followed == url && followed.utf8.starts(with: "https://".utf8))
                    #expect(sameOrigin == (Origin(url) == Origin("https://base/")))
                }
            }
        }
    }

    @Test("whole answers, and the user's own fields")
    func answers() {
        let names = [
            "Content-Range", "Content-Length", "Content-Type", "ETag", "Last-Modified", "Date", "Location",
            "Content-Disposition", "Content-Encoding", "Repr-Digest", "Content-Digest", "Retry-After",
            "Transfer-Encoding",
        ]
        let statuses = [200, 206, 206, 301, 404, 412, 416, 429, 503]
        let good = ["bytes 100-199/1000", "bytes 0-99/1000", "bytes */0", "100", "\"v1\"", Judging.early]
        Self.forEachText(seed: 7) { text, random in
            try? HTTPDownload.validate(userHeader: HeaderField(text, Self.text(&random)))
            let fields = (0..<random.next(8)).map { _ in
                let value = random.next(2) == 0 ? good[random.next(good.count)] : Self.text(&random)
                return (names[random.next(names.count)], value)
            }
            let expectation = random.next(2) == 0 ? Judging.first() : Judging.later()
            let verdict = Judging.judge(statuses[random.next(statuses.count)], fields, expectation)
            if let range = verdict.range {
                #expect(range.start == expectation.range.start && range.end <= expectation.range.end && !range.isEmpty)
            }
            if case .whole = verdict { #expect(expectation.acceptsAnyVersion) }
        }
    }
}

/// A small random source with a seed.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}
