/// How much of a request's body a server takes before it answers.
public enum BodyIntake: Sendable, Hashable {
    case whole
    /// So many bytes. What comes later is dropped, and the connection ends with the answer.
    case first(Int64)
    /// So many bytes, and then nothing more for ever.
    case stall(after: Int64)

    /// The most bytes that are taken of a body of that length.
    func limit(_ length: Int64) -> Int64 {
        switch self {
        case .whole: length
        case .first(let count), .stall(let count): min(count, length)
        }
    }

    /// Whether nothing follows once `count` bytes of `length` are there.
    func isStalled(at count: Int64, of length: Int64) -> Bool {
        if case .stall(let limit) = self { count >= limit && count < length } else { false }
    }
}
