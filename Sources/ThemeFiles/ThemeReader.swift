import Glibc
import TerminalUI

/// The text of a theme file.
struct ThemeText {
    var path: String
    var text: String
}

/// Reads theme files from the disk, whatever may be in them.
enum ThemeReader {
    /// No theme needs more.
    static let largestFile = 64 << 10

    /// - Throws: Why it cannot be read.
    static func read(_ path: String) throws(ThemeProblem) -> ThemeText {
        func problem(_ message: Label, _ position: SourcePosition? = nil) -> ThemeProblem {
            ThemeProblem(severity: .error, file: Label(sanitizing: path), position: position, message: message)
        }
        // Opening a pipe must not wait for somebody to write into it.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw problem(Label(sanitizing: String(cString: strerror(errno)))) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw problem("not a file") }
        var bytes = [UInt8](repeating: 0, count: largestFile + 1)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, $0.count - count) }
            guard read >= 0 else { throw problem(Label(sanitizing: String(cString: strerror(errno)))) }
            if read == 0 { break }
            count += read
        }
        guard count <= largestFile else { throw problem("larger than 64 KiB") }
        guard let text = String(validating: bytes.prefix(count), as: UTF8.self) else {
            throw problem("not UTF-8", endOfText(bytes.prefix(count)))
        }
        return ThemeText(path: path, text: text)
    }

    /// Where the first byte stands that belongs to no character.
    private static func endOfText(_ bytes: ArraySlice<UInt8>) -> SourcePosition {
        var position = SourcePosition.start
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" {
                position = SourcePosition(line: position.line + 1, column: 1)
            } else {
                position.column += 1
            }
        }
        return position
    }
}
