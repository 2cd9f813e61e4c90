import TransferCore

/// Where an upload to an object store goes on: what the bookmark keeps of it across restarts.
///
/// As text, `s3://BUCKET/KEY?uploadId=ID&checksums=sha256` for one in parts and `s3://BUCKET/KEY?object` for one in a
/// single request. Other than in an ``S3Location``, key and upload id are percent-encoded here, so that they may hold
/// anything.
public struct S3UploadAddress: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The whole file in one `PutObject`, for files of one chunk or none.
        case object
        /// In the parts of a multipart upload.
        ///
        /// - Parameter usesChecksums: Whether the upload was created with SHA-256 for its parts. One that was not gets
        ///   parts without checksums: it may be another program's, made with another algorithm.
        case multipart(uploadID: String, usesChecksums: Bool)
    }

    public let location: S3Location
    public let kind: Kind

    public init(_ location: S3Location, _ kind: Kind) {
        self.location = location
        self.kind = kind
    }

    /// Takes apart what ``text`` has put together; `nil` for anything else.
    public init?(text: String) {
        guard let question = text.utf8.firstIndex(of: UInt8(ascii: "?")),
            let place = try? S3Location(String(text[..<question])), let key = Self.decode(place.key),
            let location = try? S3Location(bucket: place.bucket, key: key),
            let kind = Self.kind(text[text.utf8.index(after: question)...])
        else { return nil }
        self.init(location, kind)
        // One upload has one text.
        guard self.text == text else { return nil }
    }

    public var text: String {
        let place = "s3://\(location.bucket)/\(S3Encoding.path(location.key))"
        switch kind {
        case .object: return "\(place)?\(Self.object)"
        case .multipart(let id, let usesChecksums):
            let algorithm = usesChecksums ? Self.sha256 : Self.none
            return "\(place)?\(Self.uploadID)=\(S3Encoding.component(id))&\(Self.checksums)=\(algorithm)"
        }
    }

    private static let object = "object"
    private static let uploadID = "uploadId"
    private static let checksums = "checksums"
    private static let sha256 = "sha256"
    private static let none = "none"

    private static func kind(_ query: Substring) -> Kind? {
        if query == object { return .object }
        let fields = query.split(separator: "&", omittingEmptySubsequences: false)
            .map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        guard fields.count == 2, fields.allSatisfy({ $0.count == 2 }), fields[0][0] == uploadID,
            fields[1][0] == checksums, let id = decode(fields[0][1]), !id.isEmpty
        else { return nil }
        return .multipart(uploadID: id, usesChecksums: fields[1][1] == sha256)
    }

    private static func decode(_ text: some StringProtocol) -> String? {
        PercentCoding.decode(text).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
