import TransferCore

/// The `Range` field of a request (RFC 9110 §14.1.2, §14.2).
enum ByteRangeHeader: Equatable {
    /// `a-b` or `a-`; `last` is `nil` for "to the end".
    case from(Int64, through: Int64?)
    /// `-n`: the last n bytes.
    case suffix(Int64)

    /// Reads a single byte range.
    ///
    /// - Returns: `nil` for everything that a server may ignore: another unit, several ranges, malformed text.
    static func parse(_ text: String) -> ByteRangeHeader? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        // Range units are compared without regard to case (RFC 9110 §14.1).
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let spec = parts[1].trimmedOfWhitespace
        let ends = spec.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty { return number(ends[1]).map { .suffix($0) } }
        guard let first = number(ends[0]) else { return nil }
        if ends[1].isEmpty { return .from(first, through: nil) }
        guard let last = number(ends[1]), first <= last else { return nil }
        return .from(first, through: last)
    }

    /// The bytes of a file of `size` bytes.
    ///
    /// - Returns: `nil` if the range cannot be satisfied (416).
    func resolve(size: Int64) -> ByteRange? {
        switch self {
        case .suffix(let count):
            guard count > 0, size > 0 else { return nil }
            return ByteRange(max(0, size - count), size)
        case .from(let first, let last):
            guard first < size else { return nil }
            guard let last, last < size else { return ByteRange(first, size) }
            return ByteRange(first, last + 1)
        }
    }

    /// Digits only; what does not fit counts as more than any file holds.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}

extension Substring {
    /// The text without optional white space (RFC 9110 §5.6.3) at its ends.
    var trimmedOfWhitespace: Substring {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        var trimmed = drop(while: isSpace)
        while let last = trimmed.last, isSpace(last) { trimmed.removeLast() }
        return trimmed
    }
}
