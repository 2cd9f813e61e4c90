import TransferCore

/// A time as signatures carry it: ISO 8601 without separators, to the second, in UTC.
struct SigningTime {
    /// `20130524T000000Z`
    let stamp: String
    /// `20130524`
    let day: String

    /// The time is brought into the years 1 to 9999, for which there is a form.
    init(_ time: WallTime) {
        let exact = CivilDate.floorDivide(time.milliseconds, 1000)
        let seconds = min(max(exact, -62_135_596_800), 253_402_300_799)
        let days = CivilDate.floorDivide(seconds, 86_400)
        let rest = seconds - days * 86_400
        let date = CivilDate(daysSinceEpoch: days)
        day = Self.digits(date.year, 4) + Self.digits(date.month, 2) + Self.digits(date.day, 2)
        stamp = "\(day)T\(Self.digits(rest / 3600, 2))\(Self.digits(rest / 60 % 60, 2))\(Self.digits(rest % 60, 2))Z"
    }

    private static func digits(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
