import TransferCore

/// How far an answer has come when it is over, and what that means for the request.
struct SpanEnd {
    let verdict: HeadVerdict?
    /// The offset behind the last byte that was taken.
    let position: Int64
    /// The offset at which the request ends.
    let limit: Int64
    let sentTooMuch: Bool

    /// Puts what the head said and how the transport ended together.
    ///
    /// - Parameter transport: `nil` if the request was given up.
    func outcome(of transport: TransportEnd.Outcome?) -> RequestReport.Outcome {
        switch (verdict, transport) {
        case (_, nil): return .cancelled
        case (.rejected(let error, let retryAfter, let facts), _):
            return .failed(error, retryAfter: retryAfter, facts)
        case (.redirect, _):
            return .failed(TransferError(.redirectRefused, "the redirect was not followed"), retryAfter: nil, nil)
        case (.empty, _): return .completed
        case (nil, .failed(let error)): return .failed(error, retryAfter: nil, nil)
        case (nil, _):
            return .failed(TransferError(.badResponse, "the server sent no answer"), retryAfter: nil, nil)
        case (.partial, _), (.whole, _): break
        }
        if sentTooMuch {
            let error = TransferError(.badResponse, "the server sent more than it announced")
            return .failed(error, retryAfter: nil, nil)
        }
        if position == limit { return .completed }
        switch transport {
        case .failed(let error): return .failed(error, retryAfter: nil, nil)
        case .completed where limit == .max: return .completed
        default:
            let error = TransferError(.shortBody, "the answer ended \(limit - position) bytes early")
            return .failed(error, retryAfter: nil, nil)
        }
    }
}
