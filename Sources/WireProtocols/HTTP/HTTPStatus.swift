import TransferCore

/// Status codes, as words and as errors (RFC 9110 §15).
public enum HTTPStatus {
    /// The status with its registered reason, such as `404 Not Found`. What the server wrote as reason is never used
    /// (RFC 9110 §15.1).
    public static func description(_ status: Int) -> String {
        guard let reason = reasons[status] else { return String(status) }
        return "\(status) \(reason)"
    }

    /// The error that an answer of 400 or above stands for, and of any other that was not asked for.
    public static func error(_ status: Int) -> TransferError {
        let answer = "\(status == 407 ? "the proxy" : "the server") answers \(description(status))"
        return switch status {
        case 401: TransferError(.unauthorized, answer)
        case 403: TransferError(.forbidden, answer)
        case 404: TransferError(.notFound, answer)
        case 407: TransferError(.proxyAuthentication, answer)
        case 408: TransferError(.timedOut, answer)
        case 410: TransferError(.gone, answer)
        case 412: TransferError(.remoteChanged, answer + ": the file there has changed")
        case 416: TransferError(.rangeNotSatisfiable, answer)
        case 423, 425, 429, 503: TransferError(.serverBusy, answer)
        case 400...499: TransferError(.refused, answer)
        case 500...599: TransferError(.serverError, answer)
        default: TransferError(.badResponse, answer + " instead of the file")
        }
    }

    private static let reasons: [Int: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content",
        205: "Reset Content", 206: "Partial Content", 207: "Multi-Status", 208: "Already Reported", 226: "IM Used",
        300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
        305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required",
        408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
        413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
        417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content", 423: "Locked",
        424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
        504: "Gateway Timeout", 505: "HTTP Version Not Supported", 506: "Variant Also Negotiates",
        507: "Insufficient Storage", 508: "Loop Detected", 511: "Network Authentication Required",
    ]
}
