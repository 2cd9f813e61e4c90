import TransferCore

/// A request in the one form that both sides sign ("Create a canonical request").
struct CanonicalRequest {
    /// What is hashed and signed.
    let text: String
    /// The names of the signed fields, joined by `;`.
    let signedNames: String

    /// - Parameter fields: What is signed besides the host.
    init(method: String, url: String, fields: [HeaderField], payloadHash: String) {
        let parts = AddressParts(url)
        let scheme = parts.map { String($0.scheme) } ?? ""
        let host = parts.map { Self.host(String($0.host), scheme: scheme) } ?? ""
        let rest = parts?.rest ?? ""
        let path = rest.prefix { $0 != "?" }
        var values: [String: [String]] = ["host": [host]]
        for field in fields {
            let name = FieldSyntax.lowercased(FieldSyntax.trimmed(field.name))
            values[name, default: []].append(Self.collapsed(field.value))
        }
        let sorted = values.sorted { $0.key < $1.key }
        signedNames = sorted.map(\.key).joined(separator: ";")
        text = [
            method, path.isEmpty ? "/" : String(path), Self.query(rest[path.endIndex...].dropFirst()),
            sorted.map { "\($0.key):\($0.value.joined(separator: ","))\n" }.joined(), signedNames, payloadHash,
        ].joined(separator: "\n")
    }

    /// As libcurl writes it into `Host`: with the port unless it is the scheme's own.
    private static func host(_ authority: String, scheme: String) -> String {
        let standard = FieldSyntax.lowercased(scheme) == "https" ? ":443" : ":80"
        return authority.hasSuffix(standard) ? String(authority.dropLast(standard.count)) : authority
    }

    /// The parameters, encoded as they are, sorted by name and then by value; one without a value gets an empty one.
    private static func query(_ query: Substring) -> String {
        guard !query.isEmpty else { return "" }
        let pairs = query.split(separator: "&", omittingEmptySubsequences: false).map { parameter in
            let name = parameter.prefix { $0 != "=" }
            return (name: String(name), value: String(parameter[name.endIndex...].dropFirst()))
        }
        return pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// The value without spaces at its ends, and with one space where there were several.
    private static func collapsed(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
}
