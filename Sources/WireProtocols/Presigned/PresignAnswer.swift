import TransferCore

/// The addresses that a server has signed for chunks.
struct PresignAnswer: Decodable {
    struct Address: Decodable {
        var index: Int
        var method: String
        var url: String
        /// Names and values of the fields that have to be sent, and no others.
        var headers: [String: String]
        /// RFC 3339.
        var expiresAt: String
    }

    var urls: [Address]

    /// In bytes: room for a hundred addresses with session tokens in them.
    static let longest = 2 << 20
    /// In bytes, for the address of one chunk.
    private static let longestURL = 16 << 10

    /// What frames a message, or would show the server's credentials or the user's to the store.
    private static let refused: Set = [
        "authorization", "connection", "cookie", "expect", "keep-alive", "proxy-authorization", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// The addresses by chunk.
    ///
    /// - Parameters:
    ///   - asked: The chunks that addresses were asked for; others are of no use.
    ///   - head: Of this answer: by its `Date` is told how long an address is valid, whatever the clock here says.
    ///   - now: When it came.
    /// - Throws: ``TransferError/Code/badResponse`` if any address is none that a chunk may be sent to;
    ///   ``TransferError/Code/redirectRefused`` if one gives up the encryption that the server itself has.
    func signed(
        _ asked: [PresignRequest.Chunk], _ order: UploadOrder, _ head: ResponseHead, now: WallTime
    ) throws(TransferError) -> [Int: SignedChunk] {
        let there = head["Date"].flatMap { HTTPDate.parse($0, now: now) } ?? now
        var signed: [Int: SignedChunk] = [:]
        for chunk in asked {
            let addresses = urls.filter { $0.index == chunk.index }
            guard let address = addresses.first else { continue }
            guard addresses.count == 1 else {
                throw BadAnswer.error(head.status, "more than one address for chunk \(chunk.index)")
            }
            guard address.method == "PUT", address.url.utf8.count <= Self.longestURL,
                !address.url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "#") }),
                let origin = Origin(address.url), AddressParts(address.url)?.userinfo == nil,
                let headers = Self.fields(address.headers, origin, length: chunk.length),
                let expiresAt = ISO8601Date.parse(address.expiresAt)
            else { throw BadAnswer.error(head.status, "an address that no chunk can be sent to") }
            guard origin.scheme == "https" || Origin(order.address)?.scheme != "https" else {
                throw TransferError(
                    .redirectRefused,
                    "the server wants the chunks sent over http, which would give up the encryption that it has itself")
            }
            let validity = Duration.milliseconds(expiresAt.milliseconds - there.milliseconds)
            signed[chunk.index] = SignedChunk(
                url: address.url, method: address.method, headers: headers, sha256: chunk.sha256,
                expiresAt: now + validity)
        }
        return signed
    }

    /// In the order of their names; `nil` if one must not be sent. `Host` and `Content-Length` are the transport's to
    /// make, so that they can only agree with it.
    private static func fields(_ headers: [String: String], _ origin: Origin, length: Int64) -> [HeaderField]? {
        var fields: [HeaderField] = []
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            guard FieldSyntax.isToken(name), value.utf8.allSatisfy({ !FieldSyntax.isControl($0) }) else { return nil }
            switch FieldSyntax.lowercased(name) {
            case let name where refused.contains(name): return nil
            case "content-length":
                guard FieldSyntax.number(FieldSyntax.trimmed(value)) == length else { return nil }
            case "host":
                guard Origin("\(origin.scheme)://\(FieldSyntax.trimmed(value))/") == origin else { return nil }
            default: fields.append(HeaderField(name, value))
            }
        }
        return fields
    }
}
