import TransferCore

/// The dates of HTTP (RFC 9110 §5.6.7).
public enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let shortDays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// Reads any of the three formats a recipient must accept (RFC 9110 §5.6.7).
    ///
    /// - Parameter now: Decides the century of a two-digit year: such a date is never over 50 years in the future.
    /// - Returns: `nil` if the text is not such a date or names a day that does not exist. The name of the weekday is
    ///   read but not compared with the date.
    public static func parse(_ text: String, now: WallTime) -> WallTime? {
        let text = FieldSyntax.trimmed(text)
        // The longest date has 33 characters; a hostile field is not worth cutting up.
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if let first = words.first, first.hasSuffix(",") {
            if words.count == 6 { return parseFixdate(words) }
            if words.count == 4 { return parseRFC850(words, now: now) }
            return nil
        }
        return parseAsctime(words)
    }

    /// Writes an IMF-fixdate, the only format to be generated (RFC 9110 §5.6.7).
    ///
    /// The time is brought into the years 1 to 9999, for which there is a form.
    public static func format(_ time: WallTime) -> String {
        let earliest: Int64 = -62_135_596_800
        let latest: Int64 = 253_402_300_799
        let exact = time.milliseconds
        let floor = exact / 1000 - (exact % 1000 < 0 ? 1 : 0)
        let seconds = min(max(floor, earliest), latest)
        let day = CivilDate.floorDivide(seconds, 86_400)
        let rest = seconds - day * 86_400
        let date = CivilDate(daysSinceEpoch: day)
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        let clock = "\(padded(rest / 3600)):\(padded(rest / 60 % 60)):\(padded(rest % 60))"
        return "\(shortDays[weekday]), \(padded(date.day)) \(months[Int(date.month) - 1]) \(padded(date.year, 4)) "
            + "\(clock) GMT"
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func parseFixdate(_ words: [Substring]) -> WallTime? {
        guard shortDays.contains(String(words[0].dropLast())), words[5] == "GMT",
            let day = number(words[1], digits: 2), let month = month(words[2]), let year = number(words[3], digits: 4),
            let clock = clock(words[4])
        else { return nil }
        return time(CivilDate(year: year, month: month, day: day), clock)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    private static func parseRFC850(_ words: [Substring], now: WallTime) -> WallTime? {
        let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
        guard longDays.contains(String(words[0].dropLast())), words[3] == "GMT", date.count == 3,
            let day = number(date[0], digits: 2), let month = month(date[1]), let short = number(date[2], digits: 2),
            let clock = clock(words[2])
        else { return nil }
        let nowSeconds = CivilDate.floorDivide(now.milliseconds, 1000)
        let nowDay = CivilDate.floorDivide(nowSeconds, 86_400)
        let today = CivilDate(daysSinceEpoch: nowDay)
        // The latest year with these two digits that is no more than 50 years ahead.
        var year = CivilDate.floorDivide(today.year + 50, 100) * 100 + short
        if year > today.year + 50 { year -= 100 }
        if year == today.year + 50 {
            let then = (month, day, clock)
            let limit = (today.month, today.day, nowSeconds - nowDay * 86_400)
            if then > limit { year -= 100 }
        }
        return time(CivilDate(year: year, month: month, day: day), clock)
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func parseAsctime(_ words: [Substring]) -> WallTime? {
        // A day of one digit has a space before it, which makes an empty word.
        let isPadded = words.count == 6 && words[2].isEmpty && words[3].utf8.count == 1
        guard isPadded || (words.count == 5 && words[2].utf8.count == 2) else { return nil }
        let rest = isPadded ? Array(words[3...]) : Array(words[2...])
        guard shortDays.contains(String(words[0])), let month = month(words[1]),
            let day = number(rest[0], digits: isPadded ? 1 : 2), let clock = clock(rest[1]),
            let year = number(rest[2], digits: 4)
        else { return nil }
        return time(CivilDate(year: year, month: month, day: day), clock)
    }

    private static func month(_ word: Substring) -> Int64? {
        months.firstIndex(of: String(word)).map { Int64($0) + 1 }
    }

    private static func number(_ word: Substring, digits: Int) -> Int64? {
        word.utf8.count == digits ? FieldSyntax.number(word) : nil
    }

    /// `08:49:37` as seconds of the day; a leap second counts as the second after it.
    private static func clock(_ word: Substring) -> Int64? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = number(parts[0], digits: 2), let minute = number(parts[1], digits: 2),
            let second = number(parts[2], digits: 2), hour <= 23, minute <= 59, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    private static func time(_ date: CivilDate, _ secondOfDay: Int64) -> WallTime? {
        guard date.exists else { return nil }
        return WallTime(milliseconds: (date.daysSinceEpoch * 86_400 + secondOfDay) * 1000)
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
