import Glibc
import Hummingbird

/// Keeps web pages away from a server without tokens.
///
/// A browser on this machine can connect to it, and so can every page that it shows: the page's own name may be made
/// to lead here (DNS rebinding), and some requests may be sent anywhere. The former shows in `Host`, the latter in
/// `Origin` (RFC 6454 §7), and a page can forge neither.
struct LocalAccessMiddleware: RouterMiddleware {
    let hasTLS: Bool

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let authority = request.head.authority, Self.isLocal(authority) else {
            throw Problem(
                .forbiddenHost, "without tokens this server answers only to localhost and to IP addresses as its name")
        }
        if let origin = request.headers[.origin] {
            guard origin.lowercased() == "\(hasTLS ? "https" : "http")://\(authority.lowercased())" else {
                throw Problem(.forbiddenOrigin, "without tokens this server answers no pages of others")
            }
        }
        return try await next(request, context)
    }

    /// Whether a host, with or without a port (RFC 9110 §7.2), is `localhost` or an IP address.
    static func isLocal(_ authority: String) -> Bool {
        var host = authority[...]
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        if let colon = host.lastIndex(of: ":"), host[colon...].utf8.dropFirst().allSatisfy(isDigit),
            !host.hasPrefix("[") || host[..<colon].hasSuffix("]")
        {
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            var address = in6_addr()
            return inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1
        }
        var address = in_addr()
        return host.lowercased() == "localhost" || inet_pton(AF_INET, String(host), &address) == 1
    }
}
