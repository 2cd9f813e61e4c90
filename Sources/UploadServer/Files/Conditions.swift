import TransferCore
import WireProtocols

/// The conditions of a request, and what they come to (RFC 9110 §13).
struct Conditions: Equatable {
    var ifMatch: String?
    var ifNoneMatch: String?
    var ifUnmodifiedSince: String?
    var ifModifiedSince: String?
    var ifRange: String?

    enum Outcome: Equatable {
        case proceed
        /// 304
        case notModified
        /// 412
        case failed
    }

    /// What the file is now.
    struct Current {
        var entityTag: EntityTag
        /// Whole seconds count, as the field has no more.
        var lastModified: WallTime
        var now: WallTime
    }

    /// Evaluates the conditions of a `GET` or `HEAD` in the order of RFC 9110 §13.2.2, steps 1 to 4.
    func evaluate(_ current: Current) -> Outcome {
        if let ifMatch {
            guard TagList(ifMatch).matchesStrongly(current.entityTag) else { return .failed }
        } else if let date = time(ifUnmodifiedSince, current), seconds(current.lastModified) > seconds(date) {
            return .failed
        }
        if let ifNoneMatch {
            if TagList(ifNoneMatch).matchesWeakly(current.entityTag) { return .notModified }
        } else if let date = time(ifModifiedSince, current), seconds(current.lastModified) <= seconds(date) {
            return .notModified
        }
        return .proceed
    }

    /// Whether a `Range` is to be honoured (RFC 9110 §13.1.5): there is no `If-Range`, or it names the very version.
    func rangeHolds(_ current: Current) -> Bool {
        guard let ifRange else { return true }
        if ifRange.contains("\"") {
            guard let tag = EntityTag.parse(ifRange) else { return false }
            return !tag.isWeak && !current.entityTag.isWeak && tag.opaque == current.entityTag.opaque
        }
        // A date is strong only if the file had a second to settle, and only the exact date will do (§8.8.2.2).
        guard let date = time(ifRange, current) else { return false }
        return seconds(date) == seconds(current.lastModified)
            && seconds(current.now) > seconds(current.lastModified)
    }

    private func time(_ field: String?, _ current: Current) -> WallTime? {
        field.flatMap { HTTPDate.parse($0, now: current.now) }
    }

    private func seconds(_ time: WallTime) -> Int64 {
        // Rounds down before 1970, too.
        (time.milliseconds - (time.milliseconds % 1000 + 1000) % 1000) / 1000
    }
}

/// The value of `If-Match` or `If-None-Match`: `*` or entity tags (RFC 9110 §13.1.1, §13.1.2).
private struct TagList {
    private let isAny: Bool
    private let tags: [EntityTag]

    init(_ text: String) {
        isAny = text[...].trimmedOfWhitespace == "*"
        tags = Self.split(text).compactMap { EntityTag.parse(String($0)) }
    }

    func matchesStrongly(_ current: EntityTag) -> Bool {
        isAny || tags.contains { !$0.isWeak && !current.isWeak && $0.opaque == current.opaque }
    }

    func matchesWeakly(_ current: EntityTag) -> Bool {
        isAny || tags.contains { $0.opaque == current.opaque }
    }

    /// Splits at commas outside quotes: an entity tag may hold commas.
    private static func split(_ text: String) -> [Substring] {
        var isQuoted = false
        return text.split { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        }
    }
}
