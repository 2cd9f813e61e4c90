import TransferCore

/// What to do about one redirect.
public enum RedirectDecision: Hashable, Sendable {
    /// Ask at this address. Only at the same origin may the user's headers and credentials go along.
    case follow(url: String, sameOrigin: Bool)
    /// Ask nowhere: a redirect that may not be followed, with a sentence that names what is wrong.
    case refused(TransferError)
}

/// The policy for redirects (RFC 9110 §15.4).
public enum Redirects {
    /// The most redirects that are followed in a row.
    public static let limit = 10

    /// Resolves a `Location` against the address that sent it (RFC 9110 §10.2.2, RFC 3986 §5.2).
    ///
    /// The fragment is dropped, and so are user and password: a server must not choose them.
    ///
    /// - Returns: `nil` if one of the two is not a valid address.
    public static func resolve(_ location: String, against url: String) -> String? {
        guard let reference = URLReference(location) else { return nil }
        return URLReference(url)?.resolving(reference)?.text
    }

    /// Judges the redirect from `current` to `location`, which may be resolved already.
    ///
    /// - Parameters:
    ///   - original: The address that the user gave, and that the user's headers and credentials are meant for.
    ///   - followed: How many redirects led from `original` to `current`.
    public static func decide(
        location: String, from current: String, original: String, followed: Int
    ) -> RedirectDecision {
        guard followed < limit else {
            return refuse("the server redirects more than \(limit) times")
        }
        guard let source = URLReference(current), let reference = URLReference(location),
            let target = source.resolving(reference)
        else { return refuse("the server redirects to an address that is not valid") }
        let scheme = target.scheme ?? ""
        guard scheme == "http" || scheme == "https" else {
            return refuse("the server redirects to \(scheme.prefix(20)), but only http and https are followed")
        }
        guard let origin = Origin(target) else {
            return refuse("the server redirects to an address without a host")
        }
        if source.scheme == "https", scheme == "http" {
            return refuse("the server redirects from https to http, which would give up encryption")
        }
        return .follow(url: target.text, sameOrigin: origin == Origin(original))
    }

    private static func refuse(_ sentence: String) -> RedirectDecision {
        .refused(TransferError(.redirectRefused, sentence))
    }
}
