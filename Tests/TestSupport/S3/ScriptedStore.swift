import Foundation
import Synchronization
import TransferCore

/// An object store in this process that answers like AWS, except where its ``StoreRules`` and ``StoreTrouble``s say
/// otherwise, and that remembers every request. It speaks HTTP on the loopback address.
///
/// Every bucket has the same content. Signatures are not checked, other than what they say of access key, region and
/// time; what bytes are sent is compared with every digest that comes along.
public final class ScriptedStore: Sendable {
    /// One request, in the order of arrival.
    public struct Logged: Sendable {
        public let request: StoreRequest
        public let arrivedAt: ContinuousClock.Instant
        /// As ``StoreRequest/name`` and the status, `-` without an answer: `part 2 200`.
        public var text: String {
            "\(request.name) \(request.recorded.status == 0 ? "-" : String(request.recorded.status))"
        }
    }

    private let server: FaultyServer
    private let script: StoreScript

    /// A store that has started.
    public init(_ rules: StoreRules = StoreRules(), _ troubles: [StoreTrouble] = []) throws {
        script = StoreScript(rules, troubles)
        server = FaultyServer(script)
        try server.start()
    }

    deinit { server.stop() }

    /// For the settings of a client.
    public var endpoint: String { server.url("") }

    public var content: StoreContent { script.state.withLock { $0.content } }

    /// Lets somebody else do something at the store.
    public func change(_ body: (inout StoreContent) -> Void) {
        script.state.withLock { body(&$0.content) }
    }

    /// Has the store be another one from the next request on.
    public func setRules(_ change: (inout StoreRules) -> Void) {
        script.state.withLock { change(&$0.rules) }
    }

    /// Every request so far, but for those that were taken back before any of their body was sent: libcurl begins a
    /// request again by itself, and is stopped, where an answer was lost on a connection that was used before.
    public var requests: [Logged] {
        let arrivals = script.state.withLock { $0.arrivals }
        return server.requests.compactMap { recorded in
            guard let request = StoreRequest(recorded), let arrival = arrivals[recorded.number] else { return nil }
            let isTakenBack = recorded.isFinished && recorded.status == 0 && recorded.body.isEmpty
            if isTakenBack, recorded.bodyLength > 0 { return nil }
            return Logged(request: request, arrivedAt: arrival)
        }
    }

    /// Every request so far in words.
    public var log: [String] { requests.map(\.text) }

    /// What came as bodies of parts and objects, in bytes.
    public var bytesTaken: Int64 {
        requests.filter { [.part, .put].contains($0.request.operation) }
            .reduce(0) { $0 + Int64($1.request.recorded.body.count) }
    }
}

/// What the connections of a ``ScriptedStore`` share.
final class StoreScript: RequestHandler {
    struct State {
        var content = StoreContent()
        var rules: StoreRules
        var troubles: [StoreTrouble]
        /// How many requests each trouble has seen that it is about.
        var seen: [Int]
        /// What strikes requests that are under way, by their numbers.
        var struck: [Int: StoreTrouble.Effect] = [:]
        var arrivals: [Int: ContinuousClock.Instant] = [:]
    }

    let state: Mutex<State>

    init(_ rules: StoreRules, _ troubles: [StoreTrouble]) {
        state = Mutex(State(rules: rules, troubles: troubles, seen: troubles.map { _ in 0 }))
    }

    func intake(of recorded: RecordedRequest) -> BodyIntake {
        state.withLock { state in
            state.arrivals[recorded.number] = .now
            guard let request = StoreRequest(recorded), let effect = state.effect(on: request) else { return .whole }
            state.struck[recorded.number] = effect
            switch effect {
            case .reset(let count): return .first(count)
            case .stall(let count): return .stall(after: count)
            default: return .whole
            }
        }
    }

    func answer(to recorded: RecordedRequest) -> Answer {
        if case .silence(let duration) = state.withLock({ $0.struck[recorded.number] }) {
            usleep(UInt32(duration.components.seconds * 1_000_000))
        }
        return state.withLock { state in
            guard let request = StoreRequest(recorded) else { return Answer(status: 405) }
            return state.answer(request)
        }
    }
}

extension StoreScript.State {
    /// What strikes a request, if anything does.
    mutating func effect(on request: StoreRequest) -> StoreTrouble.Effect? {
        var effect: StoreTrouble.Effect?
        for (index, trouble) in troubles.enumerated()
        where trouble.operation == request.operation && trouble.part ?? request.partNumber == request.partNumber {
            // One that is hidden behind another has not seen the request.
            guard effect == nil else { continue }
            seen[index] += 1
            if (trouble.skipped + 1...trouble.skipped + trouble.times).contains(seen[index]) { effect = trouble.effect }
        }
        return effect
    }

    mutating func answer(_ request: StoreRequest) -> Answer {
        let effect = struck.removeValue(forKey: request.recorded.number)
        if case .meanwhile(let change) = effect { change(&content) }
        let now = time(nil)
        if let refusal = rules.refusal(of: request, now: now) { return answer(refusal, to: request, now) }
        switch effect {
        case .refuse(let status, let code, let fields, let more):
            let reply = code.map { StoreReply.refusal(status, $0, fields: fields, more: more) }
            return answer(reply ?? StoreReply(status, fields), to: request, now)
        case .failLate(let code):
            let error = "    \n    <Error><Code>\(code)</Code><Message>Because.</Message></Error>"
            return answer(StoreReply(200, [], Array((StoreReply.declaration + error).utf8)), to: request, now)
        case .reset:
            var answer = Answer(status: 0)
            answer.cut = (.reset, -1)
            return answer
        default: break
        }
        var answer = answer(content.answer(request, rules), to: request, now)
        switch effect {
        case .answerWrongly(let status): answer = self.answer(StoreReply(status), to: request, now)
        case .loseAnswer: answer.cut = (.close, -1)
        case .answerLate: answer.body = [.bytes(Self.late(answer.bodyBytes()))]
        default: break
        }
        return answer
    }

    /// With white space behind the first line, as a store sends it that is not done yet.
    private static func late(_ body: [UInt8]) -> [UInt8] {
        let declaration = Array(StoreReply.declaration.utf8)
        return declaration + Array("  \n    \n".utf8) + body.dropFirst(declaration.count)
    }

    private func answer(_ reply: StoreReply, to request: StoreRequest, _ now: Int) -> Answer {
        var answer = Answer(status: reply.status, fields: reply.fields)
        answer.set("Date", HTTPDate.text(now + (rules.clockOffset ?? 0)))
        answer.set("Server", "ScriptedStore")
        if request.operation == .head {
            let isThere = reply.status == 200
            answer.set("Content-Length", isThere ? String(reply.body.count) : "0")
        } else if !reply.body.isEmpty {
            answer.body = [.bytes(reply.body)]
        }
        return answer
    }
}
