import Glibc

/// Signs requests to ``SeaweedFS`` (AWS Signature Version 4), written apart from the product's: just enough for targets
/// without anything to encode and without a query.
struct S3TestSigner: Sendable {
    let port: UInt16

    /// Sends a signed request without a body on a connection of its own. Blocks.
    func exchange(_ method: String, _ target: String) throws -> RawResponse {
        try RawConnection(port: port).exchange(method, target, fields(method, target) + [("Connection", "close")])
    }

    private func fields(_ method: String, _ target: String) -> [(String, String)] {
        let time = Self.time()
        let payload = hex(SHA256.hash([]))
        let names = "host;x-amz-content-sha256;x-amz-date"
        let request = """
            \(method)
            \(target)

            host:127.0.0.1
            x-amz-content-sha256:\(payload)
            x-amz-date:\(time)

            \(names)
            \(payload)
            """
        let scope = "\(time.prefix(8))/\(SeaweedFS.region)/s3/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(hex(SHA256.hash(Array(request.utf8))))"
        let key = scope.split(separator: "/").reduce(Array("AWS4\(SeaweedFS.secretKey)".utf8)) { Self.mac($0, $1) }
        let signature = hex(Self.mac(key, text))
        return [
            ("x-amz-date", time), ("x-amz-content-sha256", payload), ("Content-Length", "0"),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(SeaweedFS.accessKey)/\(scope), "
                    + "SignedHeaders=\(names), Signature=\(signature)"
            ),
        ]
    }

    /// HMAC-SHA-256 (RFC 2104), for keys of at most 64 bytes.
    private static func mac(_ key: [UInt8], _ text: some StringProtocol) -> [UInt8] {
        let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
        return SHA256.hash(padded.map { $0 ^ 0x5c } + SHA256.hash(padded.map { $0 ^ 0x36 } + Array(text.utf8)))
    }

    /// Now, as `20261123T114500Z`.
    private static func time() -> String {
        var now = Glibc.time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 17) { buffer in
            strftime(buffer.baseAddress!, buffer.count, "%Y%m%dT%H%M%SZ", &parts)
            return String(cString: buffer.baseAddress!)
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }
}
