import FoundationEssentials

/// Several addresses in the text of one column: any character may stand in the key of an object.
enum AddressList {
    /// The text of the column; `nil` for no address.
    static func text(of addresses: [String]) throws -> String? {
        guard !addresses.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(addresses), as: UTF8.self)
    }

    /// `nil` if the text is none of ours.
    static func addresses(in text: String) -> [String]? {
        try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    }
}
