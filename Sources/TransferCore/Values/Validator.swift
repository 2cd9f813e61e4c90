/// An entity tag (RFC 9110 §8.8.3).
public struct EntityTag: Hashable, Sendable {
    /// The opaque part with its quotes, as it came.
    public let opaque: String
    public let isWeak: Bool

    public init(opaque: String, isWeak: Bool) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// The tag as it stands in a header field.
    public var fieldValue: String { (isWeak ? "W/" : "") + opaque }
}

/// What the remote said to tell one version of a file from another.
public struct Validator: Hashable, Sendable {
    public var entityTag: EntityTag?
    /// `Last-Modified` as it came, to be sent back unchanged.
    public var lastModified: String?
    /// Whether `lastModified` is strong: the same answer's `Date` was at least a second later (RFC 9110 §8.8.2.2).
    public var lastModifiedIsStrong: Bool

    public init(entityTag: EntityTag? = nil, lastModified: String? = nil, lastModifiedIsStrong: Bool = false) {
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.lastModifiedIsStrong = lastModifiedIsStrong
    }

    /// Whether ranges of equal validators are surely of one version (RFC 9110 §15.3.7.3).
    public var isStrong: Bool {
        if let entityTag, !entityTag.isWeak { return true }
        return lastModified != nil && lastModifiedIsStrong
    }

    /// The condition that each ranged request carries.
    public var precondition: Precondition? {
        if let entityTag, !entityTag.isWeak { return .ifMatch(entityTag) }
        if let lastModified { return .ifUnmodifiedSince(lastModified) }
        return nil
    }

    /// How a person calls it.
    public var summary: String {
        if let entityTag, !entityTag.isWeak || !isStrong { return entityTag.isWeak ? "weak ETag" : "ETag" }
        return lastModified == nil ? "no validator" : "Last-Modified"
    }
}

/// A condition on a request (RFC 9110 §13.1).
public enum Precondition: Hashable, Sendable {
    case ifMatch(EntityTag)
    case ifUnmodifiedSince(String)
}
