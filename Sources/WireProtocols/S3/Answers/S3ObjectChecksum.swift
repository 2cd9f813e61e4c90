import TransferCore

/// A checksum of an object as a store tells it, in a field or in XML.
public struct S3ObjectChecksum: Sendable, Hashable {
    /// What a checksum of an object of several parts was made of.
    public enum Kind: String, Sendable, Hashable {
        /// Of all bytes.
        case fullObject = "FULL_OBJECT"
        /// Of the parts' checksums, one behind the other.
        case composite = "COMPOSITE"
    }

    public let algorithm: ObjectChecksum.Algorithm
    /// In lowercase hex.
    public let value: String
    /// `nil` if the store did not say; the object may then be of one part or of several.
    public let kind: Kind?
    /// The number behind the value of a composite one, where the store gives it.
    public let partCount: Int?

    /// - Parameters:
    ///   - text: Base64, perhaps with `-` and the number of parts behind it.
    ///   - kind: `x-amz-checksum-type` or `ChecksumType`, if there is one.
    /// - Returns: `nil` if the text is no value of that algorithm.
    public init?(algorithm: ObjectChecksum.Algorithm, text: String, kind: Kind?) {
        let text = FieldSyntax.trimmed(text)
        let base64 = text.prefix { $0 != "-" }
        guard let bytes = Base64.decode(Array(base64.utf8)[...]), bytes.count == algorithm.length else { return nil }
        self.algorithm = algorithm
        value = Hex.encode(bytes)
        guard base64.utf8.count < text.utf8.count else {
            self.kind = kind
            partCount = nil
            return
        }
        guard kind != .fullObject, let count = FieldSyntax.number(text.dropFirst(base64.count + 1)),
            S3Limits.partNumbers.contains(Int(count))
        else { return nil }
        self.kind = .composite
        partCount = Int(count)
    }

    /// Every checksum in the head of an answer, which has some if the request said `x-amz-checksum-mode: ENABLED`.
    public static func all(in head: ResponseHead) -> [S3ObjectChecksum] {
        let kind = head["x-amz-checksum-type"].flatMap { Kind(rawValue: FieldSyntax.trimmed($0)) }
        return ObjectChecksum.Algorithm.allCases.compactMap { algorithm in
            head[algorithm.fieldName].flatMap { S3ObjectChecksum(algorithm: algorithm, text: $0, kind: kind) }
        }
    }
}

extension [S3ObjectChecksum] {
    var sha256: S3ObjectChecksum? { first { $0.algorithm == .sha256 } }
}

extension ObjectChecksum.Algorithm {
    /// The field that carries a value in base64: `x-amz-checksum-sha256`.
    public var fieldName: String { "x-amz-checksum-\(FieldSyntax.lowercased(rawValue))" }

    /// The XML element that carries a value in base64: `ChecksumSHA256`.
    var elementName: String { "Checksum\(rawValue)" }

    /// The field with that value, which is given in hex.
    public func field(_ hex: String) -> HeaderField {
        HeaderField(fieldName, Base64.encode(hex: hex))
    }
}
