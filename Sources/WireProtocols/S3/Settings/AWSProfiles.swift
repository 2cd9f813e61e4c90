import TransferCore

/// The profiles of the two settings files of AWS (`botocore/configloader.py`, `botocore/session.py`).
struct AWSProfiles {
    /// By name, the credentials file's settings in place of the other's.
    private(set) var profiles: [String: INIText.Section] = [:]
    /// The profiles of the credentials file alone.
    private(set) var credentials: [String: INIText.Section] = [:]
    /// By name, from the sections `[services NAME]`.
    private(set) var services: [String: INIText.Section] = [:]

    /// - Parameters:
    ///   - configText: Of `~/.aws/config`, `nil` if there is none.
    ///   - credentialsText: Of `~/.aws/credentials`, `nil` if there is none.
    init(configText: String?, credentialsText: String?) throws(TransferError) {
        let config = try INIText(configText ?? "", name: "the AWS config file")
        for (name, section) in config.sections {
            let words = Self.words(name)
            switch (words.count, words.first) {
            case (2, "profile"): profiles[words[1], default: INIText.Section()].merge(section)
            case (2, "services"): services[words[1]] = section
            case (1, "default"): profiles["default", default: INIText.Section()].merge(section)
            default: break
            }
        }
        credentials = try INIText(credentialsText ?? "", name: "the AWS credentials file").sections
        for (name, section) in credentials { profiles[name, default: INIText.Section()].merge(section) }
    }

    /// The words of a section's name, in which quotes keep spaces as in a shell; none if a quote is left open.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let complete = word { words.append(complete) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return [] }
        return words + (word.map { [$0] } ?? [])
    }
}
