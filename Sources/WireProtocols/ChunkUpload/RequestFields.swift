import TransferCore

/// The header section of a request of an upload.
enum RequestFields {
    /// What tells the server how to read the body and which request it is.
    private static let ours: Set<String> = [
        "content-digest", "content-encoding", "content-type", "idempotency-key", "x-chunk-checksum",
    ]

    /// - Parameters:
    ///   - fixed: What the protocol depends on.
    ///   - standard: What the user's fields take the place of.
    ///   - custom: The user's fields. Any that does not pass ``HTTPDownload/validate(userHeader:)`` is left out.
    ///   - sendsCustom: Whether the user's fields may go to this address. Without it only `User-Agent` does, which is
    ///     no secret.
    static func merge(
        fixed: [HeaderField], standard: [HeaderField], custom: [HeaderField], sendsCustom: Bool
    ) -> [HeaderField] {
        // Checked again, for a line break in one of them would be another request.
        let custom = custom.filter {
            let name = FieldSyntax.lowercased($0.name)
            return (sendsCustom || name == "user-agent") && !ours.contains(name)
                && (try? UserHeader.validate($0)) != nil
        }
        let taken = Set(custom.map { FieldSyntax.lowercased($0.name) })
        return fixed + standard.filter { !taken.contains(FieldSyntax.lowercased($0.name)) } + custom
    }
}
