import Testing
import TransferCore

@testable import TerminalUI

@Suite struct FormatTests {
    @Test(arguments: [
        (0, "0 B"), (512, "512 B"), (999, "999 B"), (1000, "1.00 kB"), (1234, "1.23 kB"), (9_995, "10.0 kB"),
        (99_949, "99.9 kB"), (99_951, "100 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"), (41_800_000, "41.8 MB"),
        (4_960_000_000, "4.96 GB"), (Int64.max, "9.22 EB"),
    ])
    func size(_ bytes: Int64, _ expected: String) {
        #expect(Format.size(bytes).description == expected)
    }

    @Test func sizeOfTotalKeepsTheUnit() {
        #expect(Format.size(3_080_000_000, of: 4_960_000_000) == "3.08 of 4.96 GB")
        #expect(Format.size(0, of: 4_960_000_000) == "0 of 4.96 GB")
        #expect(Format.size(12_000_000, of: 4_960_000_000) == "0.01 of 4.96 GB")
        #expect(Format.size(5, of: 900) == "5 of 900 B")
        #expect(Format.size(1_500_000, of: 20_000_000) == "1.5 of 20.0 MB")
        #expect(Format.size(0, of: 0) == "0 of 0 B")
    }

    @Test func speed() {
        #expect(Format.speed(41_800_000) == "41.8 MB/s")
        #expect(Format.speed(0) == "—")
        #expect(Format.speed(.nan) == "—")
        #expect(Format.speed(.infinity) == "—")
    }

    @Test func binarySize() {
        #expect(Format.binarySize(4 << 20) == "4 MiB")
        #expect(Format.binarySize(64 << 10) == "64 KiB")
        #expect(Format.binarySize(2 << 30) == "2 GiB")
        #expect(Format.binarySize(1000) == "1.00 kB")
    }

    @Test(arguments: [
        (0, "0s"), (0.4, "0s"), (0.6, "1s"), (45, "45s"), (59.6, "1m00s"), (700, "11m40s"), (7500, "2h05m"),
        (273_600, "3d04h"), (1e9, ">99d"), (-5, "0s"),
    ])
    func duration(_ seconds: Double, _ expected: String) {
        #expect(Format.duration(.seconds(seconds)).description == expected)
    }

    @Test func countdownNeverSaysTooLittle() {
        #expect(Format.countdown(.milliseconds(2001)) == "3s")
        #expect(Format.countdown(.seconds(2)) == "2s")
        #expect(Format.countdown(.seconds(-1)) == "0s")
    }

    @Test func latency() {
        #expect(Format.latency(.milliseconds(41)) == "41 ms")
        #expect(Format.latency(.milliseconds(1260)) == "1.2 s")
        #expect(Format.latency(.seconds(75)) == "1m15s")
    }

    @Test func percentIsRoundedDown() {
        #expect(Format.percent(999, of: 1000, isComplete: false) == "99%")
        #expect(Format.percent(1000, of: 1000, isComplete: false) == "99%")
        #expect(Format.percent(0, of: 0, isComplete: false) == "0%")
        #expect(Format.percent(0, of: 0, isComplete: true) == "100%")
        #expect(Format.percent(629, of: 1000, isComplete: false) == "62%")
    }

    @Test func count() {
        #expect(Format.count(0) == "0")
        #expect(Format.count(999) == "999")
        #expect(Format.count(1184) == "1,184")
        #expect(Format.count(1_000_000) == "1,000,000")
    }

    @Test func timeOfDay() {
        #expect(Format.timeOfDay(WallTime(milliseconds: 43_471_999), utcOffset: 0) == "12:04:31")
        #expect(Format.timeOfDay(WallTime(milliseconds: 43_471_999), utcOffset: 7200) == "14:04:31")
        #expect(Format.timeOfDay(WallTime(milliseconds: 0), utcOffset: -3600) == "23:00:00")
    }
}

@Suite struct TextFittingTests {
    @Test func theMiddleIsLeftOut() {
        #expect(TextFitting.fitMiddle("abcdefghij", columns: 10) == "abcdefghij")
        #expect(TextFitting.fitMiddle("abcdefghij", columns: 7) == "abc…hij")
        #expect(TextFitting.fitMiddle("abcdefghij", columns: 6) == "abc…ij")
        #expect(TextFitting.fitMiddle("abcdefghij", columns: 1) == "…")
        #expect(TextFitting.fitMiddle("abcdefghij", columns: 0) == "")
        #expect(TextFitting.fitMiddle("日本語日本語", columns: 6) == "日…語")
    }

    @Test func nothingIsWiderThanAsked() {
        for text in FrameTests.hostileNames.map({ SafeText($0).description }) {
            for columns in 0...30 {
                #expect(CellWidth.of(TextFitting.fitMiddle(text, columns: columns)) <= columns)
                guard columns > 1 else { continue }
                for line in TextFitting.wrap(text, columns: columns, lines: 9) where CellWidth.of(line) > columns {
                    Issue.record("\(line)")
                }
            }
        }
    }

    @Test func linesBreakAtSpaces() {
        #expect(TextFitting.wrap("one two three", columns: 7, lines: 9) == ["one two", "three"])
        #expect(TextFitting.wrap("one two three", columns: 8, lines: 9) == ["one two", "three"])
        #expect(TextFitting.wrap("one two three", columns: 7, lines: 1) == ["one…ree"])
        #expect(TextFitting.wrap("abcdefghij", columns: 4, lines: 9) == ["abcd", "efgh", "ij"])
        #expect(TextFitting.wrap("one abcdefghij", columns: 6, lines: 9) == ["one", "abcdef", "ghij"])
        #expect(TextFitting.wrap("", columns: 4, lines: 9) == [])
    }
}
