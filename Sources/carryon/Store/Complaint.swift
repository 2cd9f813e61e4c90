/// What may be shown of the standard error of a program that deals with secrets: it ends up in the database, in the log
/// and on the screen, and a program may print all it knows when it fails.
enum Complaint {
    /// In characters.
    private static let longest = 120
    /// Shorter words are hardly secrets.
    private static let shortestSecret = 16

    /// The first line that says something, without what looks like a secret.
    static func text(of errors: [UInt8]) -> String {
        let lines = String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.lazy.map { $0.split(whereSeparator: \.isWhitespace) }.first { !$0.isEmpty } ?? []
        let line = masked(words.joined(separator: " "))
        return line.count > longest ? line.prefix(longest - 1) + "…" : line
    }

    /// Keys and tokens are long, of the letters of Base64 or of hexadecimal numbers. Ordinary words, and paths, have no
    /// digits; the names of errors have capitals, which count only where a value stands.
    private static func masked(_ line: String) -> String {
        var result = ""
        var run = ""
        var isValue = false
        func finishRun() {
            let isLong = run.count >= shortestSecret
            let isSecret = isLong && run.contains { $0.isNumber || (isValue && $0.isUppercase) }
            result += isSecret ? "…" : run
            run = ""
        }
        for character in line {
            if isOfSecrets(character) {
                run.append(character)
                continue
            }
            finishRun()
            isValue = isValue || character == "=" || character == ":"
            result.append(character)
        }
        finishRun()
        return result
    }

    private static func isOfSecrets(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "+/-_".contains(character))
    }
}
