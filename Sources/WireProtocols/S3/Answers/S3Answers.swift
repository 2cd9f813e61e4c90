import TransferCore

/// What the bodies of a store's successful answers say (Amazon S3 API Reference, "Actions").
///
/// Each function throws ``TransferError/Code/badResponse`` if the body is not that answer, whole and without
/// contradiction: a list that was cut off must not be taken for a complete one.
public enum S3Answers {
    /// The upload that `CreateMultipartUpload` has begun.
    public static func uploadID(_ body: [UInt8]) throws(TransferError) -> String {
        let answer = try S3Answer(body, "InitiateMultipartUploadResult", meaning: "the beginning of an upload")
        return try answer.uploadID(answer.root)
    }

    /// One page of `ListParts`.
    public static func parts(_ body: [UInt8]) throws(TransferError) -> S3PartsPage {
        let answer = try S3Answer(body, "ListPartsResult", "ListPartsResponse", meaning: "a list of parts")
        var parts: [S3Part] = []
        for element in answer.root.children("Part") {
            guard let tag = element.text(of: "ETag"), answer.isTag(tag) else { throw answer.bad }
            parts.append(
                S3Part(
                    number: try answer.partNumber(element), size: try answer.size(element, "Size"), entityTag: tag,
                    checksums: answer.checksums(element)))
        }
        guard zip(parts, parts.dropFirst()).allSatisfy({ $0.number <= $1.number }) else { throw answer.bad }
        return S3PartsPage(
            parts: parts, nextMarker: try answer.nextMarker(answer.root, last: parts.last?.number),
            algorithm: answer.root.text(of: "ChecksumAlgorithm").flatMap(ObjectChecksum.Algorithm.init(rawValue:)),
            checksumType: answer.checksumType(answer.root))
    }

    /// One page of `ListMultipartUploads`.
    public static func uploads(_ body: [UInt8]) throws(TransferError) -> S3UploadsPage {
        let answer = try S3Answer(body, "ListMultipartUploadsResult", meaning: "a list of uploads")
        var uploads: [S3Upload] = []
        for element in answer.root.children("Upload") {
            uploads.append(
                S3Upload(
                    key: try answer.keyAsFarAsDecoded(element, "Key"), uploadID: try answer.uploadID(element),
                    initiated: element.text(of: "Initiated").flatMap(ISO8601Date.parse)))
        }
        guard try answer.isTruncated(answer.root) else { return S3UploadsPage(uploads: uploads, next: nil) }
        guard let uploadID = answer.root.text(of: "NextUploadIdMarker"), !uploadID.isEmpty else { throw answer.bad }
        let key = answer.root.children("NextKeyMarker").isEmpty ? "" : try answer.key(answer.root, "NextKeyMarker")
        return S3UploadsPage(uploads: uploads, next: S3UploadsPage.Marker(key: key, uploadID: uploadID))
    }

    /// One page of `ListObjectsV2`.
    public static func objects(_ body: [UInt8]) throws(TransferError) -> S3ObjectsPage {
        let answer = try S3Answer(body, "ListBucketResult", meaning: "a list of objects")
        var objects: [S3Object] = []
        for element in answer.root.children("Contents") {
            objects.append(
                S3Object(
                    key: try answer.key(element, "Key"), size: try answer.size(element, "Size"),
                    entityTag: element.text(of: "ETag").flatMap { answer.isTag($0) ? $0 : nil },
                    lastModified: element.text(of: "LastModified").flatMap(ISO8601Date.parse)))
        }
        guard try answer.isTruncated(answer.root) else { return S3ObjectsPage(objects: objects, nextToken: nil) }
        guard let token = answer.root.text(of: "NextContinuationToken"), !token.isEmpty else { throw answer.bad }
        return S3ObjectsPage(objects: objects, nextToken: token)
    }

    /// What came of `CompleteMultipartUpload`, which may answer 200 and fail all the same.
    public static func completion(_ body: [UInt8]) throws(TransferError) -> S3Completion {
        let name = "CompleteMultipartUploadResult"
        if let problem = S3Problem(body) { return .failed(problem) }
        let answer = try S3Answer(body, name, meaning: "the end of an upload")
        return .completed(
            entityTag: answer.root.text(of: "ETag").flatMap { answer.isTag($0) ? $0 : nil },
            checksums: answer.objectChecksums(answer.root))
    }
}
