import TerminalUI

/// Reads the part of TOML 1.0 that themes are made of: texts, integers, booleans, lists and tables, but no dates,
/// fractions and lists of tables.
///
/// TOMLKit would read all of it, but does not tell where values stand, and ends the program on some texts that are no
/// TOML, such as `[ .a]`.
struct TOMLParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private(set) var position = SourcePosition.start

    /// Nobody needs more, and the stack has an end.
    private static let deepest = 16

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// - Throws: The first thing that is not as it must be.
    static func parse(_ text: String) throws(TOMLSyntaxError) -> TOMLTable {
        var parser = TOMLParser(text)
        return try parser.document()
    }

    private mutating func document() throws(TOMLSyntaxError) -> TOMLTable {
        var document = TOMLTable()
        var header: [TOMLKey] = []
        while true {
            try skipSpace(lines: true)
            guard let next else { return document }
            if next == "[" {
                advance()
                if self.next == "[" { throw unexpected("lists of tables have no place in a theme") }
                header = try keys()
                try expect("]")
                try document.define(header[...])
            } else {
                let path = try keys()
                try expect("=")
                let node = try value(depth: 0)
                try document.insert(node, at: path[...], below: header[...])
            }
            try skipSpace(lines: false)
            if let next = self.next, next != "\n" { throw unexpected("the line should end here") }
        }
    }

    /// One key, or several with dots between them, and the space around them.
    private mutating func keys() throws(TOMLSyntaxError) -> [TOMLKey] {
        var keys: [TOMLKey] = []
        repeat {
            try skipSpace(lines: false)
            let start = position
            let text = next == "\"" || next == "'" ? try string(multiline: false) : bareWord()
            if text.isEmpty && position == start { throw unexpected("a key should stand here") }
            keys.append(TOMLKey(text: text, position: start))
            guard keys.count <= Self.deepest else { throw tooDeep }
            try skipSpace(lines: false)
        } while take(".")
        return keys
    }

    private mutating func value(depth: Int) throws(TOMLSyntaxError) -> TOMLNode {
        try skipSpace(lines: false)
        let start = position
        guard depth < Self.deepest else { throw tooDeep }
        let value: TOMLNode.Value
        switch next {
        case "\"", "'": value = .text(try string(multiline: true))
        case "[": value = .list(try list(depth: depth))
        case "{": value = .table(try inlineTable(depth: depth))
        default: value = try word(start)
        }
        return TOMLNode(value: value, position: start)
    }

    private mutating func list(depth: Int) throws(TOMLSyntaxError) -> [TOMLNode] {
        advance()
        var nodes: [TOMLNode] = []
        while true {
            try skipSpace(lines: true)
            if take("]") { return nodes }
            nodes.append(try value(depth: depth + 1))
            try skipSpace(lines: true)
            if take("]") { return nodes }
            try expect(",")
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLSyntaxError) -> TOMLTable {
        advance()
        var table = TOMLTable()
        try skipSpace(lines: false)
        var isOpen = !take("}")
        while isOpen {
            let path = try keys()
            try expect("=")
            try table.insert(try value(depth: depth + 1), at: path[...])
            try skipSpace(lines: false)
            isOpen = !take("}")
            if isOpen { try expect(",") }
        }
        table.isClosed = true
        return table
    }

    /// What stands without quotation marks.
    private mutating func word(_ start: SourcePosition) throws(TOMLSyntaxError) -> TOMLNode.Value {
        let sign = take("-") ? "-" : ""
        _ = sign.isEmpty && take("+")
        let word = bareWord()
        if sign.isEmpty && (word == "true" || word == "false") { return .boolean(word == "true") }
        let digits = word.split(separator: "_", omittingEmptySubsequences: false)
        guard digits.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }),
            let integer = Int(sign + digits.joined()), next != "."
        else {
            let message: Label =
                word.isEmpty ? "a value should stand here" : "a text needs quotation marks, and a number is a whole one"
            throw TOMLSyntaxError(position: start, message: message)
        }
        return .integer(integer)
    }

    private mutating func bareWord() -> String {
        var word = ""
        while let next, Self.isBare(next) {
            word.unicodeScalars.append(next)
            advance()
        }
        return word
    }

    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }
}

// MARK: - Characters

extension TOMLParser {
    var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    /// Whether the next characters are three of the same.
    func isTripled(_ scalar: Unicode.Scalar) -> Bool {
        index + 3 <= scalars.count && scalars[index..<index + 3].allSatisfy { $0 == scalar }
    }

    mutating func advance() {
        guard let next else { return }
        index += 1
        if next == "\n" {
            position = SourcePosition(line: position.line + 1, column: 1)
        } else {
            position.column += 1
        }
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        advance()
        return true
    }

    mutating func expect(_ scalar: Unicode.Scalar) throws(TOMLSyntaxError) {
        try skipSpace(lines: false)
        guard take(scalar) else {
            throw unexpected("\"\(Label(sanitizing: String(Character(scalar))))\" is missing here")
        }
    }

    /// Spaces, comments and, if wanted, ends of lines.
    mutating func skipSpace(lines: Bool) throws(TOMLSyntaxError) {
        while let next {
            switch next {
            case " ", "\t": advance()
            case "\n" where lines: advance()
            case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n": advance()
            case "#": while let next = self.next, next != "\n" { advance() }
            default: return
            }
        }
    }

    func unexpected(_ message: Label) -> TOMLSyntaxError {
        TOMLSyntaxError(position: position, message: message)
    }

    private var tooDeep: TOMLSyntaxError { unexpected("nested too deep") }
}
