import NIOCore

/// Sees a connection's bytes, before they are taken for requests: tells the watch, and throws away what comes after
/// the server's last word.
final class ByteHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let watch: ConnectionWatch
    private var isOutputClosed = false

    init(_ watch: ConnectionWatch) {
        self.watch = watch
    }

    func read(context: ChannelHandlerContext) {
        watch.note { $0.readRequested(now: $1) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if watch.isEnding { return }
        let buffer = unwrapInboundIn(data)
        watch.bytesCame(buffer.readableBytes) { context.fireChannelRead(wrapInboundOut(buffer)) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Nobody behind this handler asks for more once nothing comes through.
        if watch.isEnding { context.read() }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        watch.look()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output {
            isOutputClosed = true
            watch.end()
            context.close(mode: mode, promise: promise)
            context.read()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if isOutputClosed, case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch.stop()
    }
}
