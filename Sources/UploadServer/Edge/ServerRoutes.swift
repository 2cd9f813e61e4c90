import Hummingbird

/// What a server offers to those who were let in.
protocol ServerRoutes: Sendable {
    func addRoutes(to router: Router<ServerContext>)
    /// Work beside the requests; returns when its task is cancelled.
    func run() async
    /// Called once, after the last request and after ``run()`` has returned.
    func close() async
}
