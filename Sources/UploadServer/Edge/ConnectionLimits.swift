/// What one connection may take, so that slow and greedy clients cost the others nothing.
public struct ConnectionLimits: Sendable {
    /// Connections at the same time; further ones wait in the kernel's queue until one ends.
    public var connections = 1024
    /// From the first byte of a request until its head is complete, however the bytes trickle in.
    public var headTime = Duration.seconds(10)
    /// The longest request head in bytes. A longer one is answered 431, and no more of it is read.
    public var headSize = 32 << 10
    /// How long a connection may stay open between two requests, or before the first.
    public var idleTime = Duration.seconds(60)
    /// The longest silence within a request's body, counted only while the server waits for the client.
    public var bodySilence = Duration.seconds(15)
    /// The least bytes per second of a request's body, on average since its start.
    public var bodyRate = 1024
    /// How long a body may take before its rate is judged.
    public var bodyGrace = Duration.seconds(10)
    /// How long a client may leave an answer unread while there is more to send.
    public var unreadTime = Duration.seconds(30)
    /// How long the rest of what a client sends is read and thrown away once the server has said its last word:
    /// closing at once would make the kernel reset the connection, and the client would lose the answer.
    public var lingerTime = Duration.seconds(2)
    /// The longest rest of a body in bytes that is read and thrown away to keep a connection whose request was
    /// refused; with more the connection closes.
    public var discardedBody = 64 << 10

    public init() {}
}
