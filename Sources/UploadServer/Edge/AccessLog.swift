import Logging
import TransferCore

/// One line per request. It holds no token and no query, and nothing a terminal would act upon.
struct AccessLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// A request was answered, or its connection ended before it was, or before all of the answer was sent.
    func record(_ exchange: Exchange, owner: Owner?, remote: String, now: Instant, isComplete: Bool = true) {
        var metadata: Logger.Metadata = [
            "method": "\(SafeText(exchange.method))",
            "path": "\(SafeText(String(exchange.target.prefix { $0 != "?" })))",
            "in": "\(exchange.bytesIn)",
            "out": "\(exchange.bytesOut)",
            "ms": "\((now - exchange.began).nanoseconds / 1_000_000)",
            "remote": "\(remote)",
        ]
        if let owner, owner != .nobody { metadata["owner"] = "\(owner.name)" }
        if let status = exchange.status { metadata["status"] = "\(status)" }
        let level: Logger.Level = exchange.status ?? 0 >= 500 ? .warning : .info
        logger.log(level: level, isComplete ? "request" : "request cut off", metadata: metadata)
    }

    /// What came was refused before it was a request.
    func recordRefusal(status: Int, remote: String) {
        logger.info("request refused", metadata: ["status": "\(status)", "remote": "\(remote)"])
    }

    /// A connection was ended because its client was too slow.
    func recordCut(_ reason: ConnectionPace.Verdict, remote: String) {
        logger.info("connection cut off", metadata: ["reason": "\(reason)", "remote": "\(remote)"])
    }
}
