import CNcurses

/// Pasted text as it comes in. Lines end in `\n`; no other control character gets in.
struct PastedText {
    /// In bytes of UTF-8. Text beyond is left out.
    static let limit = 1 << 20

    private var scalars = String.UnicodeScalarView()
    private var bytes = 0
    private var isCut = false
    private var endsInReturn = false

    mutating func append(_ character: wint_t) {
        defer { endsInReturn = character == 13 }
        switch character {
        case 13: append("\n" as Unicode.Scalar)
        // It belongs to the return before it.
        case 10: if !endsInReturn { append("\n" as Unicode.Scalar) }
        case 9: append(" " as Unicode.Scalar)
        case 0..<32, 127..<160: break
        default: if let scalar = Unicode.Scalar(character) { append(scalar) }
        }
    }

    /// The whole text; `nil` if nothing is left of it. Where it was too long, it ends with the last line that came
    /// whole: half an address would be another one.
    var finished: String? {
        var text = scalars
        if isCut {
            let end = text.lastIndex(of: "\n") ?? text.startIndex
            text.removeSubrange(end...)
        }
        return text.isEmpty ? nil : String(text)
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        let count = UTF8.width(scalar)
        guard !isCut, bytes + count <= Self.limit else {
            isCut = true
            return
        }
        bytes += count
        scalars.append(scalar)
    }
}
