import TransferCore

/// Numbers as people read them.
public enum Format {
    private static let units: [Label] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]

    /// Bytes with three digits: `512 B`, `4.96 GB`, `41.8 MB`.
    public static func size(_ bytes: Int64) -> Label {
        let (power, divisor) = unit(of: Double(bytes))
        return "\(digits(Double(bytes), divisor: divisor)) \(units[power])"
    }

    /// Two amounts in the unit of the second: `3.08 of 4.96 GB`.
    public static func size(_ bytes: Int64, of total: Int64) -> Label {
        let (power, divisor) = unit(of: Double(total))
        let part: Label = bytes == 0 ? "0" : digits(Double(bytes), divisor: divisor, decimalsOf: Double(total))
        return "\(part) of \(digits(Double(total), divisor: divisor)) \(units[power])"
    }

    /// Bytes per second: `41.8 MB/s`, and a dash when nothing moves.
    public static func speed(_ bytesPerSecond: Double) -> Label {
        guard bytesPerSecond >= 0.5, bytesPerSecond < 9e18 else { return "—" }
        return "\(size(Int64(bytesPerSecond)))/s"
    }

    /// Bytes in powers of 1024 where they are a round number of them (chunk sizes are): `4 MiB`.
    public static func binarySize(_ bytes: Int64) -> Label {
        let units: [(name: Label, shift: Int64)] = [("GiB", 30), ("MiB", 20), ("KiB", 10)]
        for (unit, shift) in units where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift) \(unit)"
        }
        return size(bytes)
    }

    /// A duration in its two largest units: `45s`, `11m40s`, `2h05m`, `3d04h`.
    public static func duration(_ duration: Duration) -> Label {
        let seconds = max(0, (duration.nanoseconds + 500_000_000) / 1_000_000_000)
        return self.duration(seconds: seconds)
    }

    /// As ``duration(_:)``, but never less than what is left: 2.1 seconds are `3s`.
    public static func countdown(_ duration: Duration) -> Label {
        self.duration(seconds: wholeSeconds(duration))
    }

    /// The seconds of a countdown, a part of a second counted as one.
    static func wholeSeconds(_ duration: Duration) -> Int64 {
        let nanoseconds = max(0, duration.nanoseconds)
        return nanoseconds / 1_000_000_000 + (nanoseconds % 1_000_000_000 == 0 ? 0 : 1)
    }

    private static func duration(seconds: Int64) -> Label {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(twoDigits(seconds % 60))s"
        case ..<86_400: "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
        case ..<(86_400 * 100): "\(seconds / 86_400)d\(twoDigits(seconds / 3600 % 24))h"
        default: ">99d"
        }
    }

    /// How long a server took: `41 ms`, `1.2 s`.
    public static func latency(_ duration: Duration) -> Label {
        let milliseconds = max(0, duration.nanoseconds / 1_000_000)
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return "\(milliseconds / 1000).\(milliseconds / 100 % 10) s" }
        return self.duration(duration)
    }

    /// The share of `part`, rounded down; 100 % only if `isComplete`.
    public static func percent(_ part: Int64, of whole: Int64, isComplete: Bool) -> Label {
        if isComplete { return "100%" }
        guard whole > 0 else { return "0%" }
        return "\(Int(min(99, max(0, Double(part) / Double(whole) * 100))))%"
    }

    /// A number with commas between the thousands: `1,184`.
    public static func count(_ number: Int) -> Label {
        let text = String(number.magnitude)
        var result = number < 0 ? "-" : ""
        for (index, digit) in text.enumerated() {
            if index > 0 && (text.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return Label(sanitizing: result)
    }

    /// The time of the day, `utcOffset` seconds east of Greenwich: `12:04:31`.
    public static func timeOfDay(_ time: WallTime, utcOffset: Int) -> Label {
        let day: Int64 = 86_400
        let seconds = ((time.milliseconds / 1000 + Int64(utcOffset)) % day + day) % day
        return "\(twoDigits(seconds / 3600)):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60))"
    }

    private static func twoDigits(_ number: Int64) -> Label {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The unit in which the number, rounded to three digits, stays below 1000.
    private static func unit(of bytes: Double) -> (power: Int, divisor: Double) {
        var power = 0
        var divisor = 1.0
        while power < units.count - 1 && bytes / divisor >= (power == 0 ? 1000 : 999.5) {
            power += 1
            divisor *= 1000
        }
        return (power, divisor)
    }

    /// Three digits of `bytes / divisor`, with as many decimals as `reference` has.
    private static func digits(_ bytes: Double, divisor: Double, decimalsOf reference: Double? = nil) -> Label {
        let value = bytes / divisor
        let size = (reference ?? bytes) / divisor
        if divisor == 1 || size >= 99.95 { return "\(Int64(value.rounded()))" }
        if size >= 9.995 {
            let tenths = Int64((value * 10).rounded())
            return "\(tenths / 10).\(tenths % 10)"
        }
        let hundredths = Int64((value * 100).rounded())
        return "\(hundredths / 100).\(twoDigits(hundredths % 100))"
    }
}
