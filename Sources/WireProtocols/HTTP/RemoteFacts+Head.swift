import TransferCore

extension RemoteFacts {
    /// Gathers what the head of an answer tells about the file, all but its size, which depends on the status.
    ///
    /// Only to be asked of an answer that stands for the file: the fields of an error page describe the page.
    public init(head: ResponseHead, total: Int64? = nil, now: WallTime) {
        self.init(total: total, validator: Validator(head: head, now: now))
        contentEncoding = Self.contentEncoding(head)
        suggestedName = head["Content-Disposition"].flatMap(ContentDisposition.fileName).flatMap(SafeFileName.make)
        wholeDigest = Digests.sha256(head.values(of: "Repr-Digest"))
        bodyDigest = Digests.sha256(head.values(of: "Content-Digest"))
    }

    /// The codings in order, in lowercase; `nil` if there is none but `identity` (RFC 9110 §8.4).
    private static func contentEncoding(_ head: ResponseHead) -> String? {
        let codings = head.values(of: "Content-Encoding")
            .flatMap { $0.split(separator: ",") }
            .map { FieldSyntax.lowercased(FieldSyntax.trimmed($0)) }
            .filter { !$0.isEmpty && $0 != "identity" }
        return codings.isEmpty ? nil : codings.joined(separator: ", ")
    }
}

extension Validator {
    /// Reads `ETag` and `Last-Modified` (RFC 9110 §8.8).
    ///
    /// A `Last-Modified` is strong if the same answer's `Date` is at least a second later (RFC 9110 §8.8.2.2).
    public init(head: ResponseHead, now: WallTime) {
        self.init(entityTag: head["ETag"].flatMap(EntityTag.parse))
        // It is sent back as it came, so nothing may be in it that could break a field.
        guard let modified = head["Last-Modified"].map({ FieldSyntax.trimmed($0) }), !modified.isEmpty,
            !FieldSyntax.holdsControl(modified)
        else { return }
        lastModified = modified
        guard let changed = HTTPDate.parse(modified, now: now),
            let sent = head["Date"].flatMap({ HTTPDate.parse($0, now: now) })
        else { return }
        lastModifiedIsStrong = sent >= changed + .seconds(1)
    }

    /// Why an answer with the validator `other` cannot be of the version that has this one, as the end of a sentence;
    /// `nil` if nothing speaks against it.
    ///
    /// A strong tag must be answered by the same strong tag (RFC 9110 §8.8.3.2). An answer to a range has to name it
    /// (§15.3.7), and a server that does not may have ignored the precondition too. Weak validators are compared as far
    /// as both sides have them.
    func difference(from other: Validator, now: WallTime) -> String? {
        if let expected = entityTag, !expected.isWeak, other.entityTag == nil { return "it has no ETag any more" }
        if entityTag?.isWeak != false, lastModifiedIsStrong, lastModified != nil, other.lastModified == nil {
            return "it has no Last-Modified any more"
        }
        if let expected = entityTag, let found = other.entityTag {
            if !expected.isWeak {
                return found == expected ? nil : "its ETag is another"
            }
            // Weak comparison (RFC 9110 §8.8.3.2).
            if found.opaque != expected.opaque { return "its ETag is another" }
        }
        if let expected = lastModified, let found = other.lastModified, expected != found {
            let date = HTTPDate.parse(expected, now: now)
            if date == nil || date != HTTPDate.parse(found, now: now) { return "its Last-Modified is another" }
        }
        return nil
    }
}
