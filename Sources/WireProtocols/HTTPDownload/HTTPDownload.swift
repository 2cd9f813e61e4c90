import TransferCore

/// Downloads by ranged requests (RFC 9110 §14).
public enum HTTPDownload {
    /// The request for a range of a file (RFC 9110 §14.2).
    ///
    /// It never asks for a coding: offsets and validators refer to the coded bytes (RFC 9110 §8.4, §14.1.2).
    ///
    /// - Parameters:
    ///   - range: The bytes to ask for; at least one.
    ///   - openEnded: Asks for everything from the start of the range on, whatever its end.
    ///   - precondition: What must still hold for the answer to be of use (RFC 9110 §13.1).
    ///   - headers: The user's fields, which take the place of the standard ones of the same name. Any that does not
    ///     pass ``validate(userHeader:)`` is left out.
    ///   - sendsHeaders: Whether the user's fields may go to this address. Without it only `User-Agent` does, which
    ///     is no secret.
    ///   - wantsDigests: Whether to ask for SHA-256 digests of the file and of the part (RFC 9530 §4).
    ///   - version: The version in `User-Agent`.
    public static func request(
        url: String, range: ByteRange, openEnded: Bool = false, precondition: Precondition? = nil,
        headers: [HeaderField] = [], sendsHeaders: Bool = true, wantsDigests: Bool = true, version: String
    ) -> HTTPRequest {
        var fields = rangeFields(range, openEnded: openEnded, precondition: precondition)
        fields.insert(HeaderField("Accept-Encoding", "identity"), at: 1)
        var standard = [HeaderField("Accept", "*/*"), HeaderField("User-Agent", "carryon/\(version)")]
        if wantsDigests {
            standard.append(HeaderField("Want-Repr-Digest", "sha-256=10"))
            standard.append(HeaderField("Want-Content-Digest", "sha-256=10"))
        }
        let merged = RequestFields.merge(
            fixed: fields, standard: standard, custom: headers, sendsCustom: sendsHeaders)
        return HTTPRequest(method: "GET", url: AddressEncoding.encode(url), headers: merged)
    }

    /// What asks for a range on a condition.
    static func rangeFields(_ range: ByteRange, openEnded: Bool, precondition: Precondition?) -> [HeaderField] {
        Swift.precondition(openEnded || !range.isEmpty, "an empty range cannot be asked for")
        let last = openEnded ? "" : String(range.end - 1)
        let field = HeaderField("Range", "bytes=\(range.start)-\(last)")
        return switch precondition {
        case .ifMatch(let tag): [field, HeaderField("If-Match", tag.fieldValue)]
        case .ifUnmodifiedSince(let date): [field, HeaderField("If-Unmodified-Since", date)]
        case nil: [field]
        }
    }

    /// Checks a field that the user wants to add to every request of a transfer (RFC 9110 §5.1, §5.5).
    ///
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user, if the name or the value is malformed
    ///   or if the field is one that the transfer itself depends on.
    public static func validate(userHeader: HeaderField) throws(TransferError) {
        try UserHeader.validate(userHeader)
    }
}
