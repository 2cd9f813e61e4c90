import FoundationEssentials
import TransferCore

/// Turns options into the text of their column and back. It remembers what it has seen: a queue of ten thousand
/// transfers has a handful of different options.
struct OptionsCoder {
    private var texts: [TransferOptions: String] = [:]
    private var values: [String: TransferOptions] = [:]

    /// The text of the column; `nil` for the default options.
    mutating func encode(_ options: TransferOptions) throws -> String? {
        guard options != TransferOptions() else { return nil }
        if let known = texts[options] { return known }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(StoredOptions(options)), as: UTF8.self)
        texts[options] = text
        return text
    }

    mutating func decode(_ text: String?) throws(RowDamage) -> TransferOptions {
        guard let text else { return TransferOptions() }
        if let known = values[text] { return known }
        // The parser's own error would quote the text, and with it the secrets in there.
        guard let stored = try? JSONDecoder().decode(StoredOptions.self, from: Data(text.utf8)) else {
            throw RowDamage(description: "table transfers holds unreadable options")
        }
        values[text] = stored.value
        return stored.value
    }
}

/// The options as they are stored: only what differs from the default, so that an option that is added later does not
/// make older rows unreadable. The names are persisted: never change one.
struct StoredOptions: Codable {
    private var connections: Int?
    private var chunkSize: Int64?
    private var sha256: String?
    private var hashedSource: SourceIdentity?
    private var headers: [HeaderField]?
    private var overwrite: Bool?
    private var certificateAuthorities: String?
    private var insecure: Bool?
    private var netrc: Bool?
    private var store: StoreOptions?

    init(_ options: TransferOptions) {
        let usual = TransferOptions()
        func unlessUsual<Value: Equatable>(_ property: KeyPath<TransferOptions, Value>) -> Value? {
            options[keyPath: property] == usual[keyPath: property] ? nil : options[keyPath: property]
        }
        connections = unlessUsual(\.connections)
        chunkSize = options.chunkSize
        sha256 = options.sha256
        hashedSource = options.hashedSource
        headers = unlessUsual(\.headers)
        overwrite = unlessUsual(\.overwrite)
        certificateAuthorities = options.certificateAuthorities
        insecure = unlessUsual(\.insecure)
        netrc = unlessUsual(\.netrc)
        store = unlessUsual(\.store)
    }

    var value: TransferOptions {
        var options = TransferOptions()
        if let connections { options.connections = connections }
        options.chunkSize = chunkSize
        options.sha256 = sha256
        options.hashedSource = hashedSource
        if let headers { options.headers = headers }
        if let overwrite { options.overwrite = overwrite }
        options.certificateAuthorities = certificateAuthorities
        if let insecure { options.insecure = insecure }
        if let netrc { options.netrc = netrc }
        if let store { options.store = store }
        return options
    }
}
