import Synchronization
import TransferCore

/// An HTTP client that gives the answers it was told, one after the other.
final class ScriptedClient: HTTPClient {
    struct Sent: Sendable {
        var request: HTTPRequest
        var body: [UInt8]
        var options: RequestOptions

        /// Path and query.
        var target: String {
            let rest = request.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            return "/" + (rest.count > 3 ? rest[3] : "")
        }

        subscript(name: String) -> String? { ResponseHead(status: 0, fields: request.headers)[name] }
    }

    private let state: Mutex<(answers: [HTTPAnswer], sent: [Sent])>

    init(_ answers: [HTTPAnswer]) {
        state = Mutex((answers, []))
    }

    var sent: [Sent] { state.withLock { $0.sent } }

    func send(
        _ request: HTTPRequest, body: [UInt8], limit: Int, options: RequestOptions
    ) async throws(TransferError) -> HTTPAnswer {
        let answer = state.withLock { state -> HTTPAnswer? in
            state.sent.append(Sent(request: request, body: body, options: options))
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw TransferError(.cannotConnect, "no answer is left") }
        return answer
    }
}

extension HTTPAnswer {
    init(_ status: Int, _ body: String = "", _ fields: [String: String] = [:]) {
        self.init(
            head: ResponseHead(status: status, fields: fields.map { HeaderField($0.key, $0.value) }),
            body: Array(body.utf8))
    }

    static func error(_ status: Int, _ code: String, _ fields: [String: String] = [:]) -> HTTPAnswer {
        HTTPAnswer(status, "<Error><Code>\(code)</Code><Message>scripted</Message></Error>", fields)
    }
}
