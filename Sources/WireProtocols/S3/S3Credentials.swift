import TransferCore

/// What requests to an object store are signed with. No description of it shows a secret.
public struct S3Credentials: Hashable, Sendable {
    /// The public half: the access key ID, such as `AKIAIOSFODNN7EXAMPLE`.
    public let accessKey: String
    public let secretKey: String
    /// Of temporary credentials.
    public let sessionToken: String?
    /// When temporary credentials end; `nil` for lasting ones and where nobody said.
    public let expiresAt: WallTime?

    public init(accessKey: String, secretKey: String, sessionToken: String? = nil, expiresAt: WallTime? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }

    /// Whether they are known to end at or before that time.
    public func expire(by time: WallTime) -> Bool {
        expiresAt.map { $0 <= time } ?? false
    }
}

extension S3Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "S3Credentials(\(accessKey.prefix(4))…)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["accessKey": "\(accessKey.prefix(4))…"]) }
}
