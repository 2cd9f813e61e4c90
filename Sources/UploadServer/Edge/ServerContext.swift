import Hummingbird

/// What is known of a request while it is being answered.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by the authentication before any route is reached.
    var owner = Owner.nobody

    init(source: Source) {
        coreContext = .init(source: source)
    }
}
