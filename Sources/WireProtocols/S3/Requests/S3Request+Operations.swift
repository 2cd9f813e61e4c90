import TransferCore

/// The requests that are made of a store (Amazon S3 API Reference, "Actions").
extension S3Request {
    /// - Parameters:
    ///   - wantsChecksum: Whether the object is to be compared.
    ///   - part: The number of the part that is asked about; `nil` for the whole.
    public static func head(_ location: S3Location, wantsChecksum: Bool, part: Int? = nil) -> S3Request {
        S3Request(
            operation: .headObject, method: "HEAD", bucket: location.bucket, key: location.key,
            query: part.map { [("partNumber", String($0))] } ?? [],
            fields: wantsChecksum ? [HeaderField("x-amz-checksum-mode", "ENABLED")] : [])
    }

    /// The same question as this `HEAD`, but so that a refusal has a body.
    var askingForTheFirstByte: S3Request {
        S3Request(
            operation: .getObject, method: "GET", bucket: bucket, key: key,
            fields: [HeaderField("Range", "bytes=0-0")])
    }

    /// - Parameter fields: The range, and on what condition.
    static func get(_ location: S3Location, fields: [HeaderField]) -> S3Request {
        S3Request(
            operation: .getObject, method: "GET", bucket: location.bucket, key: location.key, fields: fields)
    }

    public static func create(_ location: S3Location, usesChecksums: Bool) -> S3Request {
        S3Request(
            operation: .createMultipartUpload, method: "POST", bucket: location.bucket, key: location.key,
            query: [("uploads", "")],
            fields: usesChecksums
                ? [HeaderField("x-amz-checksum-algorithm", "SHA256"), HeaderField("x-amz-checksum-type", "COMPOSITE")]
                : [],
            standard: [bytes])
    }

    /// The chunk of the order as a part.
    ///
    /// - Parameters:
    ///   - number: 1 to 10,000.
    ///   - digest: SHA-256 in lowercase hex.
    static func part(
        _ location: S3Location, uploadID: String, number: Int, digest: String, usesChecksums: Bool
    ) -> S3Request {
        S3Request(
            operation: .uploadPart, method: "PUT", bucket: location.bucket, key: location.key,
            query: [("partNumber", String(number)), ("uploadId", uploadID)],
            fields: [bytes] + checksum(digest, usesChecksums), body: .chunk, payloadHash: digest)
    }

    /// A whole object.
    ///
    /// - Parameters:
    ///   - body: The chunk of the order, or nothing.
    ///   - digest: Its SHA-256 in lowercase hex.
    ///   - isConditional: Whether an object that is there already is not to be replaced.
    public static func object(
        _ location: S3Location, body: DialogueRequest.Body, digest: String, isConditional: Bool, usesChecksums: Bool
    ) -> S3Request {
        S3Request(
            operation: .putObject, method: "PUT", bucket: location.bucket, key: location.key,
            fields: checksum(digest, usesChecksums) + (isConditional ? [nothingThere] : []),
            standard: [bytes], body: body, payloadHash: digest)
    }

    /// - Parameters:
    ///   - marker: The last part of the page before.
    ///   - limit: How many parts are wanted; `nil` leaves it to the store.
    public static func listParts(
        _ location: S3Location, uploadID: String, after marker: Int?, limit: Int? = nil
    ) -> S3Request {
        S3Request(
            operation: .listParts, method: "GET", bucket: location.bucket, key: location.key,
            query: [("uploadId", uploadID)] + (marker.map { [("part-number-marker", String($0))] } ?? [])
                + (limit.map { [("max-parts", String($0))] } ?? []),
            longestAnswer: S3Limits.longestAnswer)
    }

    /// The unfinished uploads of keys that begin as that of the location.
    ///
    /// Only keys that XML cannot carry are asked for in another encoding: SeaweedFS 4.48 says that it has encoded them,
    /// and has not.
    public static func listUploads(_ location: S3Location, after marker: S3UploadsPage.Marker?) -> S3Request {
        let encoding = FieldSyntax.holdsControl(location.key) ? [("encoding-type", "url")] : []
        return S3Request(
            operation: .listMultipartUploads, method: "GET", bucket: location.bucket,
            query: encoding + [("prefix", location.key), ("uploads", "")] + (marker?.query ?? []),
            longestAnswer: S3Limits.longestAnswer)
    }

    /// The objects whose keys begin as that of the location.
    ///
    /// - Parameter token: Of the page before.
    public static func listObjects(_ location: S3Location, after token: String?) -> S3Request {
        S3Request(
            operation: .listObjects, method: "GET", bucket: location.bucket,
            query: [("list-type", "2"), ("encoding-type", "url"), ("prefix", location.key)]
                + (token.map { [("continuation-token", $0)] } ?? []),
            longestAnswer: S3Limits.longestAnswer)
    }

    /// - Parameters:
    ///   - body: As ``S3Answers/completionBody(parts:algorithm:)`` makes it.
    ///   - size: Of the object, in bytes.
    ///   - isConditional: Whether an object that is there already is not to be replaced.
    public static func complete(
        _ location: S3Location, uploadID: String, body: [UInt8], size: Int64, isConditional: Bool
    ) -> S3Request {
        S3Request(
            operation: .completeMultipartUpload, method: "POST", bucket: location.bucket, key: location.key,
            query: [("uploadId", uploadID)],
            fields: [
                HeaderField("Content-Type", "application/xml"), HeaderField("x-amz-mp-object-size", String(size)),
            ] + (isConditional ? [nothingThere] : []),
            body: .bytes(body), payloadHash: SigV4.payloadHash(body))
    }

    public static func abort(_ location: S3Location, uploadID: String) -> S3Request {
        S3Request(
            operation: .abortMultipartUpload, method: "DELETE", bucket: location.bucket, key: location.key,
            query: [("uploadId", uploadID)])
    }

    private static let bytes = HeaderField("Content-Type", "application/octet-stream")
    private static let nothingThere = HeaderField("If-None-Match", "*")

    private static func checksum(_ digest: String, _ usesChecksums: Bool) -> [HeaderField] {
        usesChecksums ? [ObjectChecksum.Algorithm.sha256.field(digest)] : []
    }
}
