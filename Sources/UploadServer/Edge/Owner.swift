/// Whose uploads and files a request is about: each token has one owner, and owners know nothing of each other.
struct Owner: Hashable, Sendable {
    /// As the token file names it; empty on a server without tokens.
    let name: String

    /// The owner of everything on a server without tokens.
    static let nobody = Owner(name: "")
}
