import TransferCore

/// The server cannot start, or not as it was asked to.
public struct ServerSetupError: Error, Hashable, CustomStringConvertible {
    /// One sentence for people, safe to show.
    public let description: String

    init(_ sentence: String) {
        description = SafeText(sentence).description
    }
}
