import Testing
import TransferCore
import WireProtocols

@Suite("Dates of HTTP")
struct HTTPDateTests {
    /// 2026-11-23T00:00:00Z
    let now = WallTime(milliseconds: 1_795_392_000_000)

    @Test(
        "all three formats are read",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Wed Nov 16 08:49:37 1994", 784_975_777),
            ("  Sun, 06 Nov 1994 08:49:37 GMT\t", 784_111_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
            // The weekday is wrong, but the date is plain.
            ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ] as [(String, Int64)])
    func reads(_ text: String, _ seconds: Int64) {
        #expect(HTTPDate.parse(text, now: now) == WallTime(milliseconds: seconds * 1000))
    }

    @Test(
        "a two-digit year is never over 50 years ahead",
        arguments: [
            ("Monday, 01-Jan-26 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("Monday, 01-Jan-75 00:00:00 GMT", "Tue, 01 Jan 2075 00:00:00 GMT"),
            ("Monday, 22-Nov-76 23:59:59 GMT", "Sun, 22 Nov 2076 23:59:59 GMT"),
            ("Monday, 23-Nov-76 00:00:00 GMT", "Mon, 23 Nov 2076 00:00:00 GMT"),
            ("Monday, 23-Nov-76 00:00:01 GMT", "Tue, 23 Nov 1976 00:00:01 GMT"),
            ("Monday, 01-Jan-77 00:00:00 GMT", "Sat, 01 Jan 1977 00:00:00 GMT"),
            ("Monday, 01-Jan-99 00:00:00 GMT", "Fri, 01 Jan 1999 00:00:00 GMT"),
        ])
    func century(_ text: String, _ expected: String) throws {
        #expect(HTTPDate.format(try #require(HTTPDate.parse(text, now: now))) == expected)
    }

    @Test("near the end of a century a two-digit year may be in the next one")
    func nextCentury() throws {
        let later = try #require(HTTPDate.parse("Thu, 01 Jan 2099 00:00:00 GMT", now: now))
        let date = try #require(HTTPDate.parse("Monday, 01-Jan-05 00:00:00 GMT", now: later))
        #expect(HTTPDate.format(date) == "Thu, 01 Jan 2105 00:00:00 GMT")
    }

    @Test(
        "what is no date is refused",
        arguments: [
            "", " ", "0", "tomorrow", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 1900 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994  08:49:37 GMT",
            "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun Nov  16 08:49:37 1994", "Sun Nov  6 08:49:37 94",
            "Sun Nov  6 08:49:37 1994 GMT", "2026-11-23T00:00:00Z", "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, \u{0660}\u{0666} Nov 1994 08:49:37 GMT", "Monday, 29-Feb-26 00:00:00 GMT",
        ])
    func refuses(_ text: String) {
        #expect(HTTPDate.parse(text, now: now) == nil)
    }

    @Test("what is written is read again, over four centuries")
    func roundTrip() {
        for step in Int64(-2000)..<13_000 {
            let time = WallTime(milliseconds: (step * 86_400 * 11 + step * 7) * 1000)
            #expect(HTTPDate.parse(HTTPDate.format(time), now: now) == time)
        }
    }

    @Test("fractions of a second are cut, also before 1970, and no time is too far away")
    func extremes() {
        #expect(HTTPDate.format(WallTime(milliseconds: 1999)) == "Thu, 01 Jan 1970 00:00:01 GMT")
        #expect(HTTPDate.format(WallTime(milliseconds: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(HTTPDate.format(WallTime(milliseconds: .max)) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate.format(WallTime(milliseconds: .min)) == "Mon, 01 Jan 0001 00:00:00 GMT")
    }
}

@Suite("Retry-After")
struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z
    let now = WallTime(milliseconds: 784_111_777_000)

    @Test(
        "seconds and dates, never negative, at most an hour",
        arguments: [
            ("0", nil, .zero), ("120", nil, .seconds(120)), (" 7 ", nil, .seconds(7)), ("007", nil, .seconds(7)),
            ("3599", nil, .seconds(3599)), ("3600", nil, .seconds(3600)), ("3601", nil, .seconds(3600)),
            ("86400", nil, .seconds(3600)),
            ("99999999999999999999999999", nil, .seconds(3600)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", nil, .seconds(60)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", nil, .zero),
            ("Sun, 06 Nov 1894 08:49:36 GMT", nil, .zero),
            ("Sun, 06 Nov 1994 09:49:36 GMT", nil, .seconds(3599)),
            ("Sun, 06 Nov 1994 09:49:38 GMT", nil, .seconds(3600)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", nil, .seconds(3600)),
            // The server's clock is an hour ahead of ours: what counts is its own Date.
            ("Sun, 06 Nov 1994 09:50:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT", .seconds(60)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", "garbage", .seconds(60)),
            ("30", "Sun, 06 Nov 1994 09:49:37 GMT", .seconds(30)),
        ] as [(String, String?, Duration)])
    func reads(_ text: String, _ date: String?, _ expected: Duration) {
        #expect(RetryAfter.parse(text, now: now, dateField: date) == expected)
    }

    @Test("a clock that is wrong beyond measure does no harm")
    func absurdClock() {
        let past = "Fri, 01 Jan 1960 00:00:00 GMT"
        #expect(RetryAfter.parse(past, now: WallTime(milliseconds: .max), dateField: nil) == .zero)
        let future = "Thu, 01 Jan 2060 00:00:00 GMT"
        #expect(RetryAfter.parse(future, now: WallTime(milliseconds: .min), dateField: nil) == RetryAfter.limit)
    }

    @Test("what is neither is refused", arguments: ["", "-1", "+1", "1.5", "1 2", "soon", "0x10", "\u{0661}"])
    func refuses(_ text: String) {
        #expect(RetryAfter.parse(text, now: now, dateField: nil) == nil)
    }
}
