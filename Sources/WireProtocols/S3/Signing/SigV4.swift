import Crypto
import FoundationEssentials
import TransferCore

/// Signature Version 4 as S3 wants it: the path is encoded once and not put straight, and every request names the hash
/// of its payload.
///
/// Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
public enum SigV4 {
    /// Stands for the hash of a payload that is not signed. Only to be used over TLS.
    public static let unsignedPayload = "UNSIGNED-PAYLOAD"
    /// The SHA-256 of no bytes.
    public static let emptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    /// How long a presigned address may be valid, in seconds: seven days.
    public static let validityLimits = 1...604_800

    /// The hash of a small payload, in lowercase hex.
    public static func payloadHash(_ body: some Sequence<UInt8>) -> String {
        Hex.encode(SHA256.hash(data: Data(body)))
    }

    /// The request with `X-Amz-Date`, `X-Amz-Content-Sha256`, `X-Amz-Security-Token` and `Authorization`, in place of any
    /// that it had.
    ///
    /// Signed are the host, `Content-Type`, `Content-MD5` and all of `x-amz-*`. Others, such as `Range` and conditions, may
    /// be changed on the way without harm to the signature.
    ///
    /// - Parameters:
    ///   - request: Its address is one of ``S3Endpoint/url(bucket:key:query:)``. It may have no `Host` of its own: that is
    ///     the transport's, made from the address.
    ///   - payloadHash: The SHA-256 of the body in lowercase hex, or ``unsignedPayload``.
    public static func sign(
        _ request: HTTPRequest, payloadHash: String, access: S3Access, at now: WallTime
    ) -> HTTPRequest {
        let time = SigningTime(now)
        var signed = request
        signed.headers.removeAll { replaced.contains(FieldSyntax.lowercased($0.name)) }
        signed.headers.append(HeaderField("X-Amz-Date", time.stamp))
        signed.headers.append(HeaderField("X-Amz-Content-Sha256", payloadHash))
        if let token = access.credentials.sessionToken {
            signed.headers.append(HeaderField("X-Amz-Security-Token", token))
        }
        let canonical = CanonicalRequest(
            method: request.method, url: request.url, fields: signed.headers.filter(isSigned), payloadHash: payloadHash)
        signed.headers.append(HeaderField("Authorization", authorization(canonical, access, time)))
        return signed
    }

    /// A request that anybody may make for some time, who knows its address: the signature stands in the query.
    ///
    /// The payload is not signed. What is to be pinned goes into `headers`, such as `x-amz-checksum-sha256` and
    /// `Content-Length`: the store refuses a request without exactly these.
    ///
    /// - Parameters:
    ///   - url: As for ``sign(_:payloadHash:access:at:)``.
    ///   - headers: Fields that the sender has to send, all of them signed.
    ///   - seconds: How long the store takes requests, brought into ``validityLimits``. Those of temporary credentials end
    ///     with the credentials at the latest.
    /// - Returns: The address and the fields to send with it.
    public static func presign(
        method: String, url: String, headers: [HeaderField] = [], expires seconds: Int, access: S3Access,
        at now: WallTime
    ) -> HTTPRequest {
        let time = SigningTime(now)
        let limits = validityLimits
        let unsigned = CanonicalRequest(method: method, url: url, fields: headers, payloadHash: unsignedPayload)
        var parameters = [
            ("X-Amz-Algorithm", algorithm),
            ("X-Amz-Credential", "\(access.credentials.accessKey)/\(scope(access, time))"),
            ("X-Amz-Date", time.stamp),
            ("X-Amz-Expires", String(min(max(seconds, limits.lowerBound), limits.upperBound))),
            ("X-Amz-SignedHeaders", unsigned.signedNames),
        ]
        if let token = access.credentials.sessionToken { parameters.append(("X-Amz-Security-Token", token)) }
        let query = parameters.map { "\($0.0)=\(S3Encoding.component($0.1))" }.joined(separator: "&")
        let presigned = url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query
        let canonical = CanonicalRequest(method: method, url: presigned, fields: headers, payloadHash: unsignedPayload)
        let signature = signature(canonical, access, time)
        return HTTPRequest(method: method, url: "\(presigned)&X-Amz-Signature=\(signature)", headers: headers)
    }

    // MARK: Parts of a signature

    private static let algorithm = "AWS4-HMAC-SHA256"
    private static let replaced: Set = [
        "authorization", "date", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
    ]

    private static func isSigned(_ field: HeaderField) -> Bool {
        let name = FieldSyntax.lowercased(field.name)
        return name == "content-type" || name == "content-md5" || name.hasPrefix("x-amz-")
    }

    static func authorization(_ canonical: CanonicalRequest, _ access: S3Access, _ time: SigningTime) -> String {
        "\(algorithm) Credential=\(access.credentials.accessKey)/\(scope(access, time)), "
            + "SignedHeaders=\(canonical.signedNames), Signature=\(signature(canonical, access, time))"
    }

    private static func scope(_ access: S3Access, _ time: SigningTime) -> String {
        "\(time.day)/\(access.endpoint.region)/s3/aws4_request"
    }

    private static func signature(
        _ canonical: CanonicalRequest, _ access: S3Access, _ time: SigningTime
    ) -> String {
        let text = [algorithm, time.stamp, scope(access, time), payloadHash(canonical.text.utf8)].joined(
            separator: "\n")
        var key = SymmetricKey(data: Data("AWS4\(access.credentials.secretKey)".utf8))
        for step in [time.day, access.endpoint.region, "s3", "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(step.utf8), using: key))
        }
        return Hex.encode(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    }
}
