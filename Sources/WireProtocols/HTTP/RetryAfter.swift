import TransferCore

/// How long a server asks to be left alone (RFC 9110 §10.2.3).
public enum RetryAfter {
    /// The longest wait that is believed, an hour. A server that asks for more is asked again after that.
    public static let limit = Duration.seconds(3600)

    /// Reads `Retry-After`, a number of seconds or a date (RFC 9110 §10.2.3).
    ///
    /// - Parameters:
    ///   - dateField: The same answer's `Date`. A date is counted from it, so that a wrong clock on either side does
    ///     no harm.
    /// - Returns: Between zero and ``limit``; `nil` if the field is neither a number nor a date.
    public static func parse(_ text: String, now: WallTime, dateField: String?) -> Duration? {
        let text = FieldSyntax.trimmed(text)
        if !text.isEmpty, text.utf8.allSatisfy(FieldSyntax.isDigit) {
            // A number too large to hold is as good as the limit.
            guard let seconds = FieldSyntax.number(text) else { return limit }
            return min(.seconds(seconds), limit)
        }
        guard let then = HTTPDate.parse(text, now: now) else { return nil }
        let base = dateField.flatMap { HTTPDate.parse($0, now: now) } ?? now
        let (difference, overflow) = then.milliseconds.subtractingReportingOverflow(base.milliseconds)
        guard !overflow else { return then < base ? .zero : limit }
        return min(max(.milliseconds(difference), .zero), limit)
    }
}
