import TransferCore

/// The destination of an upload, taken apart: the chunk server and the name that the file gets there.
///
/// As text it is the address under which the server will serve the finished file, `BASE` + `files/` + `NAME`, such as
/// `http://host:7270/files/a/b.txt`. The first component `files` of the path parts the two, so that names may have
/// such a component as well; one in the path of the base is written `%66iles`, which means the same (RFC 3986 §2.3).
public struct UploadAddress: Hashable, Sendable {
    /// Where the chunk server is: an absolute URL that ends in `/`, with user and password if they were given.
    public let base: String
    /// Decoded; perhaps of several components, joined by `/`.
    public let name: String

    /// Takes apart what ``destination(base:name:)`` has built; `nil` for anything that is no such address.
    public init?(_ destination: String) {
        guard let typed = try? TypedAddress(destination), let marker = typed.marker,
            let name = try? Self.name(typed.components[(marker + 1)...])
        else { return nil }
        base = typed.base(upTo: marker)
        self.name = name
    }

    /// The destination of the file `name` at the server `base`, an absolute URL without query and fragment.
    public static func destination(base: String, name: String) -> String {
        var components = UploadName.components(of: base)
        // The first three are the scheme, nothing, and the authority.
        for index in components.indices.dropFirst(3) where components[index] == marker {
            components[index] = "%66iles"
        }
        if components.last?.isEmpty == false || components.count < 4 { components.append("") }
        return components.joined(separator: "/") + marker + "/" + UploadName.encode(name)
    }

    /// The destination that a user means.
    ///
    /// | argument | means |
    /// |---|---|
    /// | `http://host`, `http://host/` | the file under its own name |
    /// | `http://host/name` | that name |
    /// | `http://host/folder/` | the file under its own name in that folder |
    /// | `http://host/prefix/files/name` | that name at a server behind a prefix; without a name the file's own |
    ///
    /// To reach a folder called `files` that is not at the top, the whole address is given:
    /// `http://host/files/my/files/name`.
    ///
    /// - Parameter fileName: The file's own name; of a file in a folder that is sent as a whole, its path in there.
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public static func destination(argument: String, fileName: String) throws(TransferError) -> String {
        let typed = try TypedAddress(argument)
        let components = typed.marker.map { typed.components[($0 + 1)...] } ?? typed.components[...]
        let name = try name(components, orIn: fileName)
        return destination(base: typed.base(upTo: typed.marker ?? 0), name: name)
    }

    static let marker = "files"

    /// - Parameter fileName: What goes where an address ends with a slash.
    private static func name(
        _ components: ArraySlice<String>, orIn fileName: String? = nil
    ) throws(TransferError) -> String {
        var parts: [String] = []
        for component in components { parts.append(try UploadName.decode(component)) }
        if let fileName, parts.last?.isEmpty != false {
            parts = parts.dropLast() + UploadName.components(of: fileName)
        }
        return try UploadName.join(parts)
    }
}

/// An absolute `http` or `https` URL as a person types it, without query and fragment.
private struct TypedAddress {
    /// Scheme, user and password, host and port.
    private let server: String
    /// Of the path, percent-encoded; a last one that is empty stands for a slash at the end, or for no path.
    let components: [String]

    init(_ text: String) throws(TransferError) {
        let text = FieldSyntax.trimmed(text)
        guard let reference = URLReference(text), Origin(reference) != nil,
            let scheme = reference.scheme, let authority = reference.authority
        else {
            throw TransferError(.malformed, "an upload goes to an address such as https://HOST/NAME")
        }
        guard reference.query == nil, !text.utf8.contains(UInt8(ascii: "#")) else {
            throw TransferError(
                .malformed, "the address of an upload may not have a ? or # in it: in a name they are %3F and %23")
        }
        server = scheme + "://" + Self.userinfo(text, scheme) + authority.text
        components = UploadName.components(of: reference.path.dropFirst())
    }

    /// Where the name begins; without it the server is taken to be at the root.
    var marker: Int? { components.firstIndex(of: UploadAddress.marker) }

    func base(upTo count: Int) -> String {
        server + "/" + components[..<count].map { $0 + "/" }.joined()
    }

    /// User and password with their `@`, which ``URLReference`` forgets.
    private static func userinfo(_ text: String, _ scheme: String) -> Substring {
        let authority = text.utf8.dropFirst(scheme.utf8.count + "://".utf8.count).prefix { $0 != UInt8(ascii: "/") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return "" }
        return Substring(authority[...at])
    }
}
