import TransferCore

/// The name of an upload: 128 random bits. Who knows it and has the owner's token may go on with the upload.
struct UploadID: Hashable, Sendable, CustomStringConvertible {
    /// 32 lowercase hexadecimal digits.
    let description: String

    /// A new one.
    static func random() -> UploadID {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return UploadID(unchecked: Hex.encode(bytes))
    }

    /// `nil` unless the text has the form of an id.
    init?(_ text: some StringProtocol) {
        let isDigit = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard text.utf8.count == 32, text.utf8.allSatisfy(isDigit) else { return nil }
        description = String(text)
    }

    private init(unchecked text: String) {
        description = text
    }
}
