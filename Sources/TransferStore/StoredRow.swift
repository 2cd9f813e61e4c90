import GRDB
import TransferCore

/// A value in the database that no version of ours can have written.
struct RowDamage: Error, CustomStringConvertible {
    let description: String
}

/// Reads one row, and throws where its values make no sense instead of trusting a file that may be damaged.
struct StoredRow {
    private let row: Row
    private let table: String

    init(_ row: Row, of table: String) {
        self.row = row
        self.table = table
    }

    func isEmpty(_ index: Int) -> Bool { row.hasNull(atIndex: index) }

    func optionalInteger(_ index: Int) throws(RowDamage) -> Int64? {
        let value: DatabaseValue = row[index]
        switch value.storage {
        case .null: return nil
        case .int64(let integer): return integer
        default: throw damage(index)
        }
    }

    func optionalText(_ index: Int) throws(RowDamage) -> String? {
        let value: DatabaseValue = row[index]
        switch value.storage {
        case .null: return nil
        case .string(let text): return text
        default: throw damage(index)
        }
    }

    func integer(_ index: Int) throws(RowDamage) -> Int64 {
        guard let integer = try optionalInteger(index) else { throw damage(index) }
        return integer
    }

    func text(_ index: Int) throws(RowDamage) -> String {
        guard let text = try optionalText(index) else { throw damage(index) }
        return text
    }

    /// A number that is never negative: others compute with it without looking again.
    func count(_ index: Int) throws(RowDamage) -> Int64 {
        let integer = try integer(index)
        guard integer >= 0 else { throw damage(index) }
        return integer
    }

    func flag(_ index: Int) throws(RowDamage) -> Bool {
        switch try integer(index) {
        case 0: return false
        case 1: return true
        default: throw damage(index)
        }
    }

    /// A value that is stored by its name.
    func named<Value: RawRepresentable<String>>(_ index: Int) throws(RowDamage) -> Value {
        guard let value = Value(rawValue: try text(index)) else { throw damage(index) }
        return value
    }

    /// An error from its two columns; `nil` where the first is empty.
    func error(code: Int, detail: Int) throws(RowDamage) -> TransferError? {
        guard try optionalText(code) != nil else { return nil }
        return TransferError(try named(code), try optionalText(detail) ?? "")
    }

    func damage(_ index: Int) -> RowDamage {
        let column = Array(row.columnNames)[index]
        return RowDamage(description: "table \(table) holds an unknown value in column \(column)")
    }
}
