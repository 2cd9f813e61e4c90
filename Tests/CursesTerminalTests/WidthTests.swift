import CNcurses
import Glibc
import Testing

@testable import TerminalUI

/// Our widths are those of the C library; otherwise curses and we would disagree about columns.
@Suite struct WidthTests {
    @Test func agreesWithTheLibrary() throws {
        let locale = try #require(newlocale(1 << LC_CTYPE, "C.UTF-8", nil))
        let previous = uselocale(locale)
        defer {
            uselocale(previous)
            freelocale(locale)
        }
        var different: [String] = []
        var compared = 0
        for value in 1...UInt32(0x10FFFF) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let expected = carryon_width(wchar_t(bitPattern: value))
            let width = CellWidth.of(scalar)
            // The tables of the standard library may be newer: what the C library does not know is drawn as U+FFFD.
            if expected < 0 { continue }
            compared += 1
            if width.map(Int32.init) != expected {
                different.append("\(String(value, radix: 16)): \(width.map(String.init) ?? "nil"), not \(expected)")
            }
        }
        #expect(compared > 100_000)
        // One Unicode version apart, a handful of marks change sides. The painter checks what it draws once more.
        #expect(different.count < 10, "\(different.prefix(40))")
    }
}
