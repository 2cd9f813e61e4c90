import TransferCore

/// Where an object store is, and how buckets and keys stand in its addresses.
///
/// Source: Amazon S3 User Guide, "Virtual hosting of general purpose buckets" and "Amazon S3 path-style".
public struct S3Endpoint: Hashable, Sendable {
    /// `http` or `https`.
    public let scheme: String
    /// Host and port in lowercase, without a bucket; the port only if it is not the scheme's own, as it goes into `Host`.
    public let authority: String
    /// What precedes bucket and key in every path: empty, or with a slash at its start and none at its end.
    public let basePath: String
    /// The region that requests are signed for.
    public let region: String
    /// Whether buckets stand in the path. Those that cannot be part of a host name do so anyway.
    public let isPathStyle: Bool
    /// Whether this is AWS, whose hosts are named after regions, and not an endpoint that somebody chose.
    public let isAWS: Bool

    /// The region where none is known: AWS answers there with the right one, and other stores take it for their own.
    public static let defaultRegion = "us-east-1"

    /// AWS itself, over `https`.
    ///
    /// - Parameters:
    ///   - region: `nil` takes ``defaultRegion``.
    ///   - isPathStyle: `nil` puts the bucket into the host.
    /// - Throws: ``TransferError/Code/malformed`` if that cannot be the name of a region.
    public static func aws(region: String?, isPathStyle: Bool? = nil) throws(TransferError) -> S3Endpoint {
        let region = try checked(region ?? defaultRegion)
        return S3Endpoint(
            scheme: "https", authority: awsHost(region), basePath: "", region: region,
            isPathStyle: isPathStyle ?? false, isAWS: true)
    }

    /// A store at an address of its own.
    ///
    /// - Parameters:
    ///   - url: Absolute, `http` or `https`, without user, query and fragment.
    ///   - region: `nil` takes ``defaultRegion``.
    ///   - isPathStyle: `nil` puts the bucket into the path, which every store understands.
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public init(url: String, region: String?, isPathStyle: Bool? = nil) throws(TransferError) {
        let text = FieldSyntax.trimmed(url)
        guard let reference = URLReference(text), let origin = Origin(reference) else {
            throw TransferError(.malformed, "the endpoint of a store is an address such as https://HOST:PORT")
        }
        guard AddressParts(text)?.userinfo == nil, reference.query == nil, !text.utf8.contains(UInt8(ascii: "#")) else {
            throw TransferError(.malformed, "the endpoint of a store has no user, no password, no ? and no # in it")
        }
        guard Self.isSentAsItIs(origin.host) else {
            throw TransferError(
                .malformed, "the host of an endpoint must be a name in ASCII or an address of four numbers, or of IPv6")
        }
        scheme = origin.scheme
        authority = origin.host + (origin.port == (scheme == "https" ? 443 : 80) ? "" : ":\(origin.port)")
        var path = reference.path[...]
        while path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        basePath = String(path)
        self.region = try Self.checked(region ?? Self.defaultRegion)
        self.isPathStyle = isPathStyle ?? true
        isAWS = false
    }

    /// The store that is named by an endpoint; without one, AWS.
    ///
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public init(_ options: StoreOptions) throws(TransferError) {
        self =
            if let url = options.endpoint {
                try S3Endpoint(url: url, region: options.region, isPathStyle: options.isPathStyle)
            } else {
                try .aws(region: options.region, isPathStyle: options.isPathStyle)
            }
    }

    private init(
        scheme: String, authority: String, basePath: String, region: String, isPathStyle: Bool, isAWS: Bool
    ) {
        self.scheme = scheme
        self.authority = authority
        self.basePath = basePath
        self.region = region
        self.isPathStyle = isPathStyle
        self.isAWS = isAWS
    }

    /// The same store for requests of another region.
    ///
    /// - Returns: `nil` if that cannot be the name of a region: what a server calls one becomes part of a host name here.
    public func inRegion(_ region: String) -> S3Endpoint? {
        guard Self.isRegion(region) else { return nil }
        return S3Endpoint(
            scheme: scheme, authority: isAWS ? Self.awsHost(region) : authority, basePath: basePath, region: region,
            isPathStyle: isPathStyle, isAWS: isAWS)
    }

    /// The address of an object, or with an empty key of the bucket.
    ///
    /// The path is encoded once, and nothing in it is put straight: `//`, `.` and `..` reach the store as they are.
    ///
    /// - Parameter query: Names and values, not encoded yet. A parameter without a value has an empty one.
    public func url(bucket: String, key: String = "", query: [(name: String, value: String)] = []) -> String {
        var url = "\(scheme)://"
        if standsInPath(bucket) {
            url += "\(authority)\(basePath)/\(S3Encoding.component(bucket))"
            if !key.isEmpty { url += "/" }
        } else {
            url += "\(bucket).\(authority)\(basePath)/"
        }
        url += S3Encoding.path(key)
        guard !query.isEmpty else { return url }
        return url + "?"
            + query.map { "\(S3Encoding.component($0.name))=\(S3Encoding.component($0.value))" }.joined(separator: "&")
    }

    private func standsInPath(_ bucket: String) -> Bool {
        isPathStyle || Self.isNumeric(authority) || !S3Location.canBeHostLabel(bucket)
    }

    // MARK: Names

    /// Whether that can be the name of a region: up to 64 letters, digits and hyphens.
    static func isRegion(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                FieldSyntax.isAlpha($0) || FieldSyntax.isDigit($0) || $0 == UInt8(ascii: "-")
            }
    }

    private static func checked(_ region: String) throws(TransferError) -> String {
        guard isRegion(region) else {
            throw TransferError(.malformed, "a region is a name such as eu-west-1, which \(region.prefix(80)) is not")
        }
        return region
    }

    private static func awsHost(_ region: String) -> String {
        "s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    /// Whether libcurl puts this host into `Host` unchanged, so that the signature over it holds: it would translate a
    /// name outside ASCII and write out an address of fewer than four numbers.
    private static func isSentAsItIs(_ host: String) -> Bool {
        guard host.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "%") }) else { return false }
        guard !host.hasPrefix("["), let last = host.split(separator: ".").last, let first = last.utf8.first,
            FieldSyntax.isDigit(first)
        else { return true }
        return isNumeric(host)
    }

    /// Whether the host is an IP address, which cannot have a bucket before it.
    private static func isNumeric(_ authority: String) -> Bool {
        if authority.hasPrefix("[") { return true }
        let numbers = authority.prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4
            && numbers.allSatisfy { FieldSyntax.number($0).map { $0 <= 255 } ?? false }
    }
}
