import TransferCore

/// Which of the user's fields go along with which request to an object store.
///
/// Source: Amazon S3 API Reference, the request parameters of each action.
enum S3UserFields {
    /// - Parameter custom: The fields that the user has given for the transfer.
    static func fields(_ custom: [HeaderField], for operation: S3Operation) -> [HeaderField] {
        custom.filter { goes(FieldSyntax.lowercased($0.name), operation) }
    }

    /// - Parameter name: In lowercase.
    private static func goes(_ name: String, _ operation: S3Operation) -> Bool {
        if reserved.contains(name) || reservedPrefixes.contains(where: name.hasPrefix) { return false }
        if ofAnyRequest.contains(name) { return true }
        if name.hasPrefix("x-amz-server-side-encryption-customer-") { return readsOrWrites.contains(operation) }
        // Storage class, metadata, encryption and the like say what the object is to be.
        guard name.hasPrefix("x-amz-") || describing.contains(name) else { return true }
        return operation == .createMultipartUpload || operation == .putObject
    }

    /// What the signature, the checksums, the conditions and the conversation itself are made of.
    private static let reserved: Set = [
        "authorization", "content-md5", "date", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since",
        "range", "x-amz-content-sha256", "x-amz-date", "x-amz-decoded-content-length", "x-amz-mp-object-size",
        "x-amz-sdk-checksum-algorithm", "x-amz-security-token", "x-amz-trailer", "x-amz-write-offset-bytes",
    ]
    private static let reservedPrefixes = ["x-amz-checksum-", "x-amz-copy-source"]

    private static let ofAnyRequest: Set = ["x-amz-expected-bucket-owner", "x-amz-request-payer"]

    private static let describing: Set = [
        "cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires",
    ]

    /// The requests that need the key of an object that is encrypted with one of the user's.
    private static let readsOrWrites: Set<S3Operation> = [
        .createMultipartUpload, .uploadPart, .listParts, .completeMultipartUpload, .putObject, .headObject, .getObject,
    ]
}
