import TransferCore

/// The header section of a request: ours and the user's.
enum RequestFields {
    /// - Parameters:
    ///   - fixed: What the protocol depends on.
    ///   - standard: What the user's fields take the place of.
    ///   - custom: The user's fields. Any that does not pass ``HTTPDownload/validate(userHeader:)`` is left out.
    ///   - reserved: Names, in lowercase, that the user's fields may not have.
    ///   - sendsCustom: Whether the user's fields may go to this address. Without it only `User-Agent` does, which is
    ///     no secret.
    static func merge(
        fixed: [HeaderField], standard: [HeaderField], custom: [HeaderField], reserved: Set<String> = [],
        sendsCustom: Bool
    ) -> [HeaderField] {
        // Checked again, for a line break in one of them would be another request.
        let custom = custom.filter {
            let name = FieldSyntax.lowercased($0.name)
            return (sendsCustom || name == "user-agent") && !reserved.contains(name)
                && (try? UserHeader.validate($0)) != nil
        }
        let taken = Set(custom.map { FieldSyntax.lowercased($0.name) })
        return fixed + standard.filter { !taken.contains(FieldSyntax.lowercased($0.name)) } + custom
    }
}
