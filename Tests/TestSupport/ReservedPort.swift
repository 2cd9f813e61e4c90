import Glibc

/// A port of 127.0.0.1 that is given to nobody else, and where nobody listens who was not told its number.
///
/// A port that was merely free a moment ago may be another test's by the time it is used. While this value lives, the
/// kernel passes the port over when it chooses one; a server that is told the number may listen there, end and listen
/// again, if it sets `SO_REUSEADDR`, as servers do. Until one does, connections are refused.
public final class ReservedPort: Sendable {
    public let port: UInt16
    private let socket: Int32

    public init() throws {
        (socket, port) = try Loopback.bind(port: 0)
    }

    deinit { close(socket) }
}
