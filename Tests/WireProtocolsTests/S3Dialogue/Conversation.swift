import Testing
@testable import TransferCore
@testable import WireProtocols

/// An answer of a scripted remote.
struct ScriptedAnswer: Sendable {
    var status: Int
    var fields: [HeaderField]
    var body: String

    init(_ status: Int, _ fields: [String: String] = [:], _ body: String = "") {
        self.status = status
        self.fields = fields.sorted { $0.key < $1.key }.map { HeaderField($0.key, $0.value) }
        self.body = body
    }

    /// A refusal as stores write it.
    static func problem(
        _ status: Int, _ code: String, _ message: String = "because", _ fields: [String: String] = [:]
    ) -> ScriptedAnswer {
        ScriptedAnswer(status, fields, "<Error><Code>\(code)</Code><Message>\(message)</Message></Error>")
    }
}

/// Runs a dialogue against answers that are given one after the other, and keeps what it asked.
struct Conversation {
    var dialogue: any UploadDialogue
    var memory = RemoteMemory()
    var now = Storing.now
    /// The credentials that a reload brings, one after the other.
    var reloads: [S3Access] = []
    private(set) var sent: [DialogueRequest] = []
    private(set) var lookups: [Bool] = []

    init(_ dialogue: any UploadDialogue, memory: RemoteMemory = Storing.memory) {
        self.dialogue = dialogue
        self.memory = memory
    }

    /// - Returns: `nil` if there are too few answers. That there are too many is an issue.
    mutating func run(_ answers: [ScriptedAnswer], location: SourceLocation = #_sourceLocation)
        -> UploadReport.Outcome?
    {
        var step = dialogue.next(&memory, now: now)
        var answers = answers[...]
        while true {
            switch step {
            case .done(let outcome):
                #expect(answers.isEmpty, "answers that nobody asked for", sourceLocation: location)
                return outcome
            case .needsAccess(let isReload):
                lookups.append(isReload)
                guard !reloads.isEmpty else { return nil }
                memory.access = reloads.removeFirst()
                step = dialogue.next(&memory, now: now)
            case .send(let request):
                sent.append(request)
                guard let answer = answers.popFirst() else { return nil }
                step = dialogue.answered(
                    ResponseHead(status: answer.status, fields: answer.fields), Array(answer.body.utf8), &memory,
                    now: now)
            }
        }
    }

    /// What was asked, one line each: method, address without the store's, and the fields that matter.
    var asked: [String] { sent.map(Storing.line) }

    /// The body of a request that has one.
    func body(_ index: Int) -> String? {
        guard sent.indices.contains(index), case .bytes(let bytes) = sent[index].body else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    func field(_ name: String, of index: Int) -> String? {
        guard sent.indices.contains(index) else { return nil }
        return ResponseHead(status: 0, fields: sent[index].request.headers)[name]
    }
}
