import TransferCore

/// One request to an object store; not signed yet, and without the user's fields.
public struct S3Request: Sendable {
    public let operation: S3Operation
    let method: String
    let bucket: String
    /// Empty for what is asked of the bucket.
    var key = ""
    var query: [(name: String, value: String)] = []
    /// What the request depends on.
    var fields: [HeaderField] = []
    /// What the user's fields may take the place of.
    var standard: [HeaderField] = []
    var body = DialogueRequest.Body.none
    /// The SHA-256 of the body in lowercase hex.
    var payloadHash = SigV4.emptyPayloadHash
    /// In bytes.
    public internal(set) var longestAnswer = 1 << 20

    /// What is sent along, of a request that has no chunk for its body.
    public var bytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }
}
