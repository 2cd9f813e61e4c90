import TransferCore

/// Numbers for people, in plain lines of text.
enum Human {
    /// `1.50 GiB`, with three significant digits.
    static func bytes(_ count: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var value = Double(count)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        return "\(fixed(value, digits)) \(units[unit])"
    }

    static func rate(_ bytesPerSecond: Double) -> String {
        bytes(Int64(bytesPerSecond)) + "/s"
    }

    /// `45s`, `11m40s`, `3h05m`.
    static func duration(_ duration: Duration) -> String {
        let seconds = Int(duration.inSeconds.rounded())
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m\(twoDigits(seconds % 60))s" }
        return "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
    }

    /// Whole per cent, 100 only for all of it.
    static func percent(_ part: Int64, of whole: Int64) -> String {
        guard whole > 0 else { return part >= whole ? "100%" : "0%" }
        return part >= whole ? "100%" : "\(min(99, Int(Double(part) / Double(whole) * 100)))%"
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((value * scale).rounded())
        guard digits > 0 else { return String(scaled) }
        let fraction = String(scaled % Int64(scale))
        return "\(scaled / Int64(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
