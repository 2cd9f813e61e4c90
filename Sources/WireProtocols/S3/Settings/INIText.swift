import TransferCore

/// A settings file of AWS, read as botocore does it (Python's `RawConfigParser`, `botocore/configloader.py`).
///
/// Names of settings are without regard to case. A line that is indented more than the setting before it goes on with
/// its value, which is then a table of settings of its own. Sections that appear twice are taken together.
struct INIText {
    struct Section {
        var values: [String: String] = [:]
        /// Settings whose value are settings, such as `s3`.
        var tables: [String: [String: String]] = [:]

        mutating func merge(_ other: Section) {
            values.merge(other.values) { $1 }
            tables.merge(other.tables) { $0.merging($1) { $1 } }
        }
    }

    private(set) var sections: [String: Section] = [:]

    private var section: String?
    private var setting: String?
    private var indentation = 0

    /// - Parameter name: What the file is called in the sentence of an error.
    /// - Throws: ``TransferError/Code/malformed`` with the number of the first line that is not understood, and nothing of
    ///   the line itself: it may hold a secret.
    init(_ text: String, name: String) throws(TransferError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let content = FieldSyntax.trimmed(line)
            guard let first = content.first, first != "#", first != ";" else { continue }
            guard take(content, indentedBy: line.prefix { $0 == " " || $0 == "\t" }.count) else {
                throw TransferError(.malformed, "line \(index + 1) of \(name) is neither a section nor a setting")
            }
        }
    }

    private mutating func take(_ content: String, indentedBy indent: Int) -> Bool {
        if let section, let setting, indent > indentation { return takeNested(content, of: setting, in: section) }
        indentation = indent
        if content.hasPrefix("["), let end = content.lastIndex(of: "]") {
            let name = String(content[content.index(after: content.startIndex)..<end])
            section = name
            setting = nil
            sections[name] = sections[name] ?? Section()
            return !name.isEmpty
        }
        guard let section, let (name, value) = Self.pair(content, separators: "=:") else { return false }
        setting = FieldSyntax.lowercased(name)
        sections[section]?.values[FieldSyntax.lowercased(name)] = value
        return true
    }

    private mutating func takeNested(_ content: String, of setting: String, in section: String) -> Bool {
        // A value that began beside its name goes on as text, which those that are looked at here never do.
        guard sections[section]?.values[setting]?.isEmpty == true else { return true }
        guard let (name, value) = Self.pair(content, separators: "=") else { return false }
        sections[section]?.tables[setting, default: [:]][FieldSyntax.lowercased(name)] = value
        return true
    }

    private static func pair(_ content: String, separators: String) -> (String, String)? {
        guard let mark = content.firstIndex(where: separators.contains) else { return nil }
        let name = FieldSyntax.trimmed(content[..<mark])
        return name.isEmpty ? nil : (name, FieldSyntax.trimmed(content[content.index(after: mark)...]))
    }
}
