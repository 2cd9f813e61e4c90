import TransferCore

/// The requests that uploads are made of (Amazon S3 API Reference, "Actions").
extension S3UploadRequest {
    /// - Parameter wantsChecksum: Whether the object is to be compared.
    static func head(_ location: S3Location, wantsChecksum: Bool) -> S3UploadRequest {
        S3UploadRequest(
            operation: .headObject, method: "HEAD", bucket: location.bucket, key: location.key,
            fields: wantsChecksum ? [HeaderField("x-amz-checksum-mode", "ENABLED")] : [])
    }

    /// The same question as this `HEAD`, but so that a refusal has a body.
    var askingForTheFirstByte: S3UploadRequest {
        S3UploadRequest(
            operation: .getObject, method: "GET", bucket: bucket, key: key,
            fields: [HeaderField("Range", "bytes=0-0")])
    }

    static func create(_ location: S3Location, usesChecksums: Bool) -> S3UploadRequest {
        S3UploadRequest(
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
    ) -> S3UploadRequest {
        S3UploadRequest(
            operation: .uploadPart, method: "PUT", bucket: location.bucket, key: location.key,
            query: [("partNumber", String(number)), ("uploadId", uploadID)],
            fields: [bytes] + checksum(digest, usesChecksums), body: .chunk, payloadHash: digest)
    }

    /// A whole object.
    ///
    /// - Parameter body: The chunk of the order, or nothing.
    static func object(
        _ location: S3Location, body: DialogueRequest.Body, digest: String, isConditional: Bool, usesChecksums: Bool
    ) -> S3UploadRequest {
        S3UploadRequest(
            operation: .putObject, method: "PUT", bucket: location.bucket, key: location.key,
            fields: checksum(digest, usesChecksums) + (isConditional ? [nothingThere] : []),
            standard: [bytes], body: body, payloadHash: digest)
    }

    /// - Parameter marker: The last part of the page before.
    static func listParts(_ location: S3Location, uploadID: String, after marker: Int?) -> S3UploadRequest {
        S3UploadRequest(
            operation: .listParts, method: "GET", bucket: location.bucket, key: location.key,
            query: [("uploadId", uploadID)] + (marker.map { [("part-number-marker", String($0))] } ?? []),
            longestAnswer: S3Limits.longestAnswer)
    }

    /// The unfinished uploads of keys that begin as that of the location.
    ///
    /// Only keys that XML cannot carry are asked for in another encoding: SeaweedFS 4.48 says that it has encoded them,
    /// and has not.
    static func listUploads(_ location: S3Location, after marker: S3UploadsPage.Marker?) -> S3UploadRequest {
        let encoding = FieldSyntax.holdsControl(location.key) ? [("encoding-type", "url")] : []
        return S3UploadRequest(
            operation: .listMultipartUploads, method: "GET", bucket: location.bucket,
            query: encoding + [("prefix", location.key), ("uploads", "")] + (marker?.query ?? []),
            longestAnswer: S3Limits.longestAnswer)
    }

    /// - Parameter size: Of the object, in bytes.
    static func complete(
        _ location: S3Location, uploadID: String, body: [UInt8], size: Int64, isConditional: Bool
    ) -> S3UploadRequest {
        S3UploadRequest(
            operation: .completeMultipartUpload, method: "POST", bucket: location.bucket, key: location.key,
            query: [("uploadId", uploadID)],
            fields: [
                HeaderField("Content-Type", "application/xml"), HeaderField("x-amz-mp-object-size", String(size)),
            ] + (isConditional ? [nothingThere] : []),
            body: .bytes(body), payloadHash: SigV4.payloadHash(body))
    }

    static func abort(_ location: S3Location, uploadID: String) -> S3UploadRequest {
        S3UploadRequest(
            operation: .abortMultipartUpload, method: "DELETE", bucket: location.bucket, key: location.key,
            query: [("uploadId", uploadID)])
    }

    private static let bytes = HeaderField("Content-Type", "application/octet-stream")
    private static let nothingThere = HeaderField("If-None-Match", "*")

    private static func checksum(_ digest: String, _ usesChecksums: Bool) -> [HeaderField] {
        usesChecksums ? [ObjectChecksum.Algorithm.sha256.field(digest)] : []
    }
}
