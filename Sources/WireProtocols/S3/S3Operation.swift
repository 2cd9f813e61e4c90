/// What a request asks of an object store, named as in the Amazon S3 API Reference.
public enum S3Operation: Sendable, Hashable, CaseIterable {
    case createMultipartUpload
    case uploadPart
    case listParts
    case completeMultipartUpload
    case abortMultipartUpload
    case listMultipartUploads
    case listObjects
    case putObject
    case getObject
    case headObject

    /// Whether it is a step of bringing a file to the store.
    public var isOfUpload: Bool {
        switch self {
        case .createMultipartUpload, .uploadPart, .listParts, .completeMultipartUpload, .abortMultipartUpload,
            .putObject:
            true
        case .listMultipartUploads, .listObjects, .getObject, .headObject: false
        }
    }
}
