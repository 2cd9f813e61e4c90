import TransferCore

/// Times as XML and JSON of AWS carry them (RFC 3339 §5.6).
enum ISO8601Date {
    /// Reads such as `2012-11-12T00:11:22.000Z` and `2026-11-23T10:00:00+01:00`. What is finer than a millisecond is cut.
    ///
    /// - Returns: `nil` if the text is not such a time or names a day that does not exist.
    static func parse(_ text: String) -> WallTime? {
        let bytes = Array(FieldSyntax.trimmed(text).utf8)
        guard (20...40).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), hour <= 23, minute <= 59, second <= 60
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        var rest = bytes[19...]
        guard date.exists, let fraction = takeMilliseconds(&rest), let offset = offset(rest) else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
        return WallTime(milliseconds: seconds * 1000 + fraction)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        FieldSyntax.number(bytes: digits)
    }

    /// `.123`, or nothing.
    private static func takeMilliseconds(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        let digits = rest.dropFirst().prefix(while: FieldSyntax.isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(1 + digits.count)
        return number((Array(digits.prefix(3)) + [0x30, 0x30])[0..<3])
    }

    /// `Z` or `+01:00`, in seconds.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(zone)
        if bytes.count == 1, bytes[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
            let minutes = number(bytes[4..<6]), hours <= 23, minutes <= 59
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }
}
