import TOMLKit
import TerminalUI

extension TerminalSettings {
    /// What a table of the settings says.
    ///
    /// - Throws: `UsageError` with one sentence.
    mutating func apply(_ table: TOMLTable) throws {
        for key in table.keys.sorted() {
            switch key {
            case "title": title = try Self.flag(table, key)
            case "clipboard": clipboard = try Self.flag(table, key)
            case "mouse": mouse = try Self.flag(table, key)
            case "notify": notify = try Self.choice(table, key)
            case "progress": progress = try Self.choice(table, key)
            default: throw UsageError("there is no setting called terminal.\(key)")
            }
        }
    }

    private static func flag(_ table: TOMLTable, _ key: String) throws -> Bool {
        guard let value = table[key]?.bool else { throw UsageError("terminal.\(key) must be true or false") }
        return value
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ table: TOMLTable, _ key: String
    ) throws -> Choice {
        guard let value = table[key]?.string.flatMap(Choice.init(rawValue:)) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("terminal.\(key) must be one of \(names)")
        }
        return value
    }
}
