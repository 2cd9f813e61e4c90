import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL

/// What all connections of a server have in common.
struct ConnectionSettings: Sendable {
    let limits: ConnectionLimits
    let drain: ServerDrain
    let registry: ConnectionRegistry
    let log: AccessLog
    let tls: NIOSSLContext?
}

/// Hummingbird's HTTP/1.1 connection with our handlers at both ends of the decoder: limits have to be enforced on
/// bytes, before there is a request.
struct HTTP1Connection: HTTPChannelHandler {
    let responder: HTTPChannelHandler.Responder
    let settings: ConnectionSettings

    struct Value: ServerChildChannelValue {
        let asyncChannel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        let notes: RequestNotes

        var channel: any Channel { asyncChannel.channel }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        settings.registry.insert(channel)
        return channel.eventLoop.makeCompletedFuture {
            let notes = RequestNotes(channel: channel)
            let watch = ConnectionWatch(limits: settings.limits, eventLoop: channel.eventLoop)
            try Self.limitMemory(of: channel)
            let pipeline = channel.pipeline.syncOperations
            var decoderLimits = NIOHTTPDecoderLimitConfiguration()
            decoderLimits.maxHeaderFieldSize = settings.limits.headSize
            decoderLimits.maxHeaderListSize = settings.limits.headSize
            if let tls = settings.tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
            try pipeline.addHandler(ByteHandler(watch))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false,
                // HTTPFields holds no character that could end a field.
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoderLimits)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: settings.tls != nil))
            try pipeline.addHandler(MessageHandler(watch, notes: notes, settings: settings))
            let asyncChannel = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2),
                    isOutboundHalfClosureEnabled: true))
            // One that is accepted while the server stops is never handled, but NIO insists that nobody drops it
            // before its channel is closed.
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(asyncChannel) {} }
            return Value(asyncChannel: asyncChannel, notes: notes)
        }
    }

    /// What a client sends while its request has to wait stays in the socket, but for a few buffers: clients are many.
    private static func limitMemory(of channel: any Channel) throws {
        guard let options = channel.syncOptions else { return }
        try options.setOption(.maxMessagesPerRead, value: 1)
        try options.setOption(
            .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 32_768))
    }

    func handle(value: Value, logger: Logger) async {
        await RequestNotes.$current.withValue(value.notes) {
            await handleHTTP(asyncChannel: value.asyncChannel, logger: logger)
        }
    }
}
