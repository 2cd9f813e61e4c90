/// A value in a TOML document and where it stands.
struct TOMLNode {
    enum Value {
        case text(String)
        case integer(Int)
        case boolean(Bool)
        case list([TOMLNode])
        case table(TOMLTable)
    }

    var value: Value
    var position: SourcePosition

    var text: String? { if case .text(let text) = value { text } else { nil } }
    var integer: Int? { if case .integer(let integer) = value { integer } else { nil } }
    var list: [TOMLNode]? { if case .list(let list) = value { list } else { nil } }
    var table: TOMLTable? { if case .table(let table) = value { table } else { nil } }
}

/// A key as it stands in a document.
struct TOMLKey {
    var text: String
    var position: SourcePosition
}

/// Keys and values, in the order of the document.
struct TOMLTable {
    struct Entry {
        var key: TOMLKey
        var node: TOMLNode
    }

    private(set) var entries: [Entry] = []
    private var indices: [String: Int] = [:]
    /// Whether a line in brackets began it: a second one must not.
    private var isBegun = false
    /// Whether nothing can be added, because it was written between braces.
    var isClosed = false

    subscript(key: String) -> Entry? { indices[key].map { entries[$0] } }

    /// Puts a value where a path of keys leads to, and makes the tables on the way.
    ///
    /// - Throws: That there is something already.
    mutating func insert(_ node: TOMLNode, at path: ArraySlice<TOMLKey>) throws(TOMLSyntaxError) {
        guard let key = path.first else { return }
        let rest = path.dropFirst()
        guard let index = indices[key.text] else {
            if rest.isEmpty { return append(node, key) }
            var table = TOMLTable()
            try table.insert(node, at: rest)
            return append(TOMLNode(value: .table(table), position: key.position), key)
        }
        guard !rest.isEmpty, case .table(var table) = entries[index].node.value, !table.isBegun,
            !table.isClosed
        else {
            throw TOMLSyntaxError.duplicate(key)
        }
        try table.insert(node, at: rest)
        entries[index].node.value = .table(table)
    }

    /// Makes sure that there is a table where a line in brackets leads to, and that this is the first such line.
    mutating func define(_ path: ArraySlice<TOMLKey>) throws(TOMLSyntaxError) {
        guard let key = path.first else {
            isBegun = true
            return
        }
        let rest = path.dropFirst()
        guard let index = indices[key.text] else {
            var table = TOMLTable()
            try table.define(rest)
            return append(TOMLNode(value: .table(table), position: key.position), key)
        }
        guard case .table(var table) = entries[index].node.value, !table.isClosed,
            !rest.isEmpty || !table.isBegun
        else {
            throw TOMLSyntaxError.duplicate(key)
        }
        try table.define(rest)
        entries[index].node.value = .table(table)
    }

    /// Puts a value into the table that a line in brackets began.
    mutating func insert(
        _ node: TOMLNode, at path: ArraySlice<TOMLKey>, below header: ArraySlice<TOMLKey>
    ) throws(TOMLSyntaxError) {
        guard let key = header.first, let index = indices[key.text], case .table(var table) = entries[index].node.value
        else { return try insert(node, at: path) }
        try table.insert(node, at: path, below: header.dropFirst())
        entries[index].node.value = .table(table)
    }

    private mutating func append(_ node: TOMLNode, _ key: TOMLKey) {
        indices[key.text] = entries.count
        entries.append(Entry(key: key, node: node))
    }
}
