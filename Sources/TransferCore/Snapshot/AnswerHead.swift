/// The head of an answer that was trouble, as people may see it: without secrets, harmless to draw, and not long.
public struct AnswerHead: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        public var name: SafeText
        public var value: SafeText
    }

    public var status: Int
    /// In the order in which they came; what is behind the first ``longest`` bytes is missing.
    public var fields: [Field]
    /// Whether fields are missing, or a part of the last one.
    public var isCut: Bool

    /// How much is kept of a head, in bytes of names and values.
    public static let longest = 4096

    /// - Parameter head: As it came from the server.
    public init(_ head: ResponseHead) {
        status = head.status
        fields = []
        isCut = false
        var room = Self.longest
        for field in head.fields {
            // Cut before anything is looked at: a server may send a megabyte.
            let name = String(decoding: field.name.utf8.prefix(room), as: UTF8.self)
            room -= name.utf8.count
            let value = String(decoding: field.value.utf8.prefix(max(0, room)), as: UTF8.self)
            room -= value.utf8.count
            isCut = value.utf8.count < field.value.utf8.count || name.utf8.count < field.name.utf8.count
            fields.append(
                Field(name: SafeText(name), value: SafeText(Redaction.field(name: name, value: value))))
            guard room > 0, !isCut else {
                isCut = isCut || fields.count < head.fields.count
                return
            }
        }
    }
}

/// The heads of the last answers that were trouble, each with its chunk; there are never many.
struct TroubledHeads: Sendable {
    private var heads: [(chunk: Int, head: AnswerHead)] = []

    /// How many are kept.
    static let most = 16

    mutating func keep(_ head: AnswerHead, of chunk: Int) {
        heads.removeAll { $0.chunk == chunk }
        heads.append((chunk, head))
        if heads.count > Self.most { heads.removeFirst() }
    }

    /// The last one of a chunk.
    subscript(chunk: Int) -> AnswerHead? {
        heads.last { $0.chunk == chunk }?.head
    }
}
