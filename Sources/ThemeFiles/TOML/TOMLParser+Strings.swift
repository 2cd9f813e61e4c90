import TerminalUI

extension TOMLParser {
    /// What stands between quotation marks of any kind.
    ///
    /// - Parameter multiline: Whether there can be three of them, and many lines between.
    mutating func string(multiline: Bool) throws(TOMLSyntaxError) -> String {
        guard let quote = next else { return "" }
        let start = position
        let isLong = multiline && isTripled(quote)
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        if isLong {
            // The end of the first line does not count.
            if next == "\r" { advance() }
            _ = take("\n")
        }
        var text = ""
        while let next, isLong || next != "\n" {
            if next == quote && (!isLong || isTripled(quote)) {
                for _ in 0..<(isLong ? 3 : 1) { advance() }
                // Up to two more belong to the text.
                while isLong, take(quote) { text.unicodeScalars.append(quote) }
                return text
            }
            if next == "\\" && quote == "\"" {
                if let scalar = try escape(isLong: isLong) { text.unicodeScalars.append(scalar) }
            } else {
                text.unicodeScalars.append(next)
                advance()
            }
        }
        throw TOMLSyntaxError(position: start, message: "the quotation mark that ends this text is missing")
    }

    /// What a backslash and what follows it stand for; `nil` for the end of a line that is left out.
    private mutating func escape(isLong: Bool) throws(TOMLSyntaxError) -> Unicode.Scalar? {
        let start = position
        advance()
        guard let letter = next else { return nil }
        if isLong, letter == "\n" || letter == "\r" || letter == " " || letter == "\t" {
            while let next, next == "\n" || next == "\r" || next == " " || next == "\t" { advance() }
            return nil
        }
        advance()
        switch letter {
        case "b": return "\u{8}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "\"", "\\": return letter
        case "u", "U":
            var digits = ""
            while let next, digits.count < (letter == "u" ? 4 : 8), next.properties.isASCIIHexDigit {
                digits.unicodeScalars.append(next)
                advance()
            }
            if digits.count == (letter == "u" ? 4 : 8), let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                return scalar
            }
        default: break
        }
        throw TOMLSyntaxError(position: start, message: "no character is written like this after a backslash")
    }
}
