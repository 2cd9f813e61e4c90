import TransferCore

/// A bucket and a key in it, or the beginning of keys: `s3://BUCKET/KEY`.
///
/// The text is taken literally, as the AWS command line does it: nothing in it is decoded, and `%`, `?` and `#` are part
/// of the key.
public struct S3Location: Hashable, Sendable {
    /// The longest key, in bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects").
    public static let maximumKeyBytes = 1024

    public let bucket: String
    /// Perhaps empty, perhaps with slashes in any place.
    public let key: String

    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public init(_ text: String) throws(TransferError) {
        guard text.utf8.starts(with: Self.scheme.utf8) else {
            throw TransferError(.malformed, "the address of an object begins with s3://")
        }
        // Looking at bytes, for a combining mark behind a slash makes one character of both.
        let rest = text.utf8.dropFirst(Self.scheme.utf8.count)
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        try self.init(bucket: String(Substring(rest[..<slash])), key: String(Substring(rest[slash...].dropFirst())))
    }

    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public init(bucket: String, key: String) throws(TransferError) {
        guard !bucket.isEmpty else {
            throw TransferError(.malformed, "the address of an object names a bucket: s3://BUCKET/KEY")
        }
        guard Self.isBucket(bucket) else {
            throw TransferError(
                .malformed,
                "a bucket has a name of up to 63 letters, digits, dots, hyphens and underscores, "
                    + "with a letter or digit at both ends")
        }
        guard key.utf8.count <= Self.maximumKeyBytes else {
            throw TransferError(.malformed, "the key of an object may have \(Self.maximumKeyBytes) bytes at most")
        }
        self.bucket = bucket
        self.key = key
    }

    /// Where a file goes that is uploaded: to exactly that key, or below a prefix under its own name.
    ///
    /// - Parameter fileName: The file's own name; of a file in a folder that is sent as a whole, its path in there.
    /// - Throws: ``TransferError/Code/malformed`` with a sentence for the user.
    public static func destination(argument: String, fileName: String) throws(TransferError) -> S3Location {
        let location = try S3Location(argument)
        return location.isPrefix ? try location.joining(fileName) : location
    }

    /// The address, which ``init(_:)`` takes apart again.
    public var text: String { "\(Self.scheme)\(bucket)/\(key)" }

    /// Whether that is this key, byte by byte: two strings that only look the same are two keys.
    public func hasKey(_ key: String) -> Bool {
        self.key.utf8.elementsEqual(key.utf8)
    }

    /// Whether this names a bucket or a folder in it rather than one object.
    public var isPrefix: Bool { key.isEmpty || key.utf8.last == UInt8(ascii: "/") }

    /// The object of that relative path below this prefix; a slash is put between them where none is.
    ///
    /// - Throws: ``TransferError/Code/malformed`` if the path is empty or begins with a slash, or the key becomes too long.
    public func joining(_ relativePath: String) throws(TransferError) -> S3Location {
        guard let first = relativePath.utf8.first, first != UInt8(ascii: "/") else {
            throw TransferError(.malformed, "a path below a prefix must not be empty nor begin with a slash")
        }
        return try S3Location(bucket: bucket, key: (isPrefix ? key : key + "/") + relativePath)
    }

    /// The path of a key below this prefix, such as a store lists it; `nil` if the key is not below it or the prefix
    /// itself. What the path holds is the store's choice: it is not checked to be a safe name of a file.
    public func relativePath(of key: String) -> String? {
        let prefix = isPrefix ? self.key : self.key + "/"
        guard key.utf8.starts(with: prefix.utf8), key.utf8.count > prefix.utf8.count else { return nil }
        return String(Substring(key.utf8.dropFirst(prefix.utf8.count)))
    }

    private static let scheme = "s3://"

    /// The rules that all stores have in common (Amazon S3 User Guide, "Bucket naming rules"), with the capitals and
    /// underscores of old buckets. The store knows whether a bucket may really be called so.
    private static func isBucket(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last,
            isAlphanumeric(first), isAlphanumeric(last)
        else { return false }
        return bytes.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) } && !name.contains("..")
    }

    /// Whether a bucket can stand before the host: in small letters, and without dots, which the certificates of hosts
    /// do not cover.
    static func canBeHostLabel(_ bucket: String) -> Bool {
        bucket.utf8.allSatisfy {
            FieldSyntax.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        FieldSyntax.isAlpha(byte) || FieldSyntax.isDigit(byte)
    }
}
