import TransferCore

/// Puts the header lines that libcurl hands over, one at a time, together to the head of the final answer.
///
/// Informational answers (1xx) come before it and are dropped; trailers come after it and are dropped too.
struct HeadParser {
    /// The most bytes of one header section; a longer one is an attack or a mistake.
    static let limit = 128 << 10

    private var current: ResponseHead?
    private var isDone = false
    private var bytes = 0

    /// Takes one line with its line end.
    ///
    /// - Returns: The head, with the line that completes it.
    /// - Throws: `badResponse` for a head that is too long.
    mutating func take(_ line: UnsafeRawBufferPointer) throws(TransferError) -> ResponseHead? {
        guard !isDone else { return nil }
        bytes += line.count
        guard bytes <= Self.limit else {
            throw TransferError(.badResponse, "the server's header is longer than \(Self.limit >> 10) KiB")
        }
        let text = Self.text(line)
        if text.hasPrefix("HTTP/") {
            current = ResponseHead(status: Self.status(text))
        } else if text.isEmpty {
            guard let head = current else { return nil }
            current = nil
            // 101 would be final, but nobody asks for it.
            if (100..<200).contains(head.status) { return nil }
            isDone = true
            return head
        } else if line.first == 0x20 || line.first == 0x09 {
            // An obsolete folded line belongs to the field before it (RFC 9112 §5.2), whatever is in it.
            if let last = current?.fields.indices.last { current?.fields[last].value += " " + text.trimmed }
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmed
            current?.fields.append(HeaderField(String(text[..<colon]), String(value)))
        }
        return nil
    }

    /// The line without its end. Fields are Latin-1 by tradition; UTF-8 is kept where it is valid.
    private static func text(_ line: UnsafeRawBufferPointer) -> Substring {
        var bytes = line[...]
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes = bytes.dropLast() }
        if let text = String(validating: bytes, as: UTF8.self) { return text[...] }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text[...]
    }

    private static func status(_ line: Substring) -> Int {
        let parts = line.split(separator: " ", maxSplits: 2)
        return parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
