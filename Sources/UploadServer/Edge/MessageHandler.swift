import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Sees a connection's requests and answers: counts and logs them, and decides which answer is the last.
final class MessageHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let watch: ConnectionWatch
    private let notes: RequestNotes
    private let settings: ConnectionSettings
    /// Requests whose answer is not complete, in their order.
    private var exchanges: [Exchange] = []
    private var isSilent = false

    init(_ watch: ConnectionWatch, notes: RequestNotes, settings: ConnectionSettings) {
        self.watch = watch
        self.notes = notes
        self.settings = settings
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watch.onVerdict = { [unowned self] in carryOut($0, context) }
        watch.pendingOutput = { Self.pendingOutput(of: context.channel) }
        watch.look()
    }

    private static func pendingOutput(of channel: any Channel) -> Int {
        (try? channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if watch.isEnding { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard (head.path ?? "").utf8.count <= settings.limits.headSize else { return carryOut(.longHead, context) }
            exchanges.append(Exchange(head, began: watch.now))
            settings.drain.requestBegan()
            watch.note { $0.requestBegan(now: $1) }
        case .body(let buffer):
            if !exchanges.isEmpty { exchanges[exchanges.count - 1].received(buffer.readableBytes) }
            watch.note { $0.bodyCame(buffer.readableBytes, now: $1) }
        case .end:
            watch.note { $0.bodyEnded(now: $1) }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, error == .headerOverflow, exchanges.isEmpty {
            carryOut(.longHead, context)
        } else {
            context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Idle connections stay until the last running request is answered: a new one gets to know why not.
        if event is ChannelShouldQuiesceEvent { return }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        notes.interrupt(.closed)
        for exchange in exchanges {
            settings.log.record(
                exchange, owner: notes.takeOwner(), remote: notes.remote, now: watch.now, isComplete: false)
        }
        settings.drain.requestsEnded(exchanges.count)
        exchanges = []
        context.fireChannelInactive()
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isSilent else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.status.kind != .informational, closes(behind: head) { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let buffer):
            if !exchanges.isEmpty { exchanges[0].sent(buffer.readableBytes) }
            context.write(data, promise: promise)
        case .end:
            endAnswer(context, data, promise)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        watch.note { $0.bodyWanted(now: $1) }
        if exchanges.first?.isHeldBack == true, exchanges.first?.status == nil {
            exchanges[0].proceed()
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: promise)
        } else {
            promise?.succeed()
        }
    }

    /// Whether the connection closes behind an answer.
    private func closes(behind head: HTTPResponse) -> Bool {
        guard let exchange = exchanges.first else {
            // What came was no request.
            settings.log.recordRefusal(status: head.status.code, remote: notes.remote)
            return true
        }
        let isUnread = exchanges.count == 1 && watch.isWithinBody
        let rest = isUnread ? exchange.bodyLeft ?? .max : 0
        let closes =
            watch.isEnding || exchange.isLast || Exchange.asksForClose(head.headerFields)
            || settings.drain.isStopping || rest > settings.limits.discardedBody
            // It may come or not, and what comes next could be taken for it.
            || exchange.isHeldBack && isUnread
        exchanges[0].answer(with: head.status.code, closing: closes)
        return closes
    }

    private func endAnswer(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        let exchange = exchanges.isEmpty ? nil : exchanges.removeFirst()
        let owner = exchange == nil ? nil : notes.takeOwner()
        let sent = promise ?? context.eventLoop.makePromise()
        sent.futureResult.assumeIsolated().whenComplete { [self] result in
            guard let exchange else { return }
            let isComplete = if case .success = result { true } else { false }
            settings.log.record(
                exchange, owner: owner, remote: notes.remote, now: watch.now, isComplete: isComplete)
            settings.drain.requestsEnded()
        }
        if exchange != nil { watch.note { $0.answerEnded(now: $1) } }
        guard exchange?.closes ?? true else { return context.write(data, promise: sent) }
        isSilent = true
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: nil) }
        context.writeAndFlush(data, promise: sent)
    }

    // MARK: Clients that take too long

    private func carryOut(_ verdict: ConnectionPace.Verdict, _ context: ChannelHandlerContext) {
        switch verdict {
        case .fine: break
        case .slowHead: refuse(Problem(.tooSlow, "the request's head came too slowly"), context)
        case .longHead: refuse(Problem(.headTooLong, "the request's head is too long"), context)
        case .slowBody:
            // The route learns it wherever it waits, lets go of what it holds, and answers.
            settings.log.recordCut(verdict, remote: notes.remote)
            watch.end()
            notes.interrupt(.tooSlow)
            context.fireErrorCaught(BodyTooSlow())
        case .idle, .over: context.close(promise: nil)
        case .unread:
            settings.log.recordCut(verdict, remote: notes.remote)
            context.close(promise: nil)
        }
    }

    /// Answers what has not become a request: no route knows of it.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        if watch.isEnding { return }
        watch.end()
        // An earlier answer is under way, and this one cannot overtake it.
        guard exchanges.isEmpty, !isSilent else { return context.close(promise: nil) }
        isSilent = true
        var (head, body) = problem.message
        head.headerFields[.connection] = "close"
        settings.log.recordRefusal(status: head.status.code, remote: notes.remote)
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: nil) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }
}

/// A request's body came too slowly, and the rest of it will not be read.
struct BodyTooSlow: Error {}
