import TransferCore
import WireProtocols

/// Carries out the effects of uploads: opens sources, reads and hashes chunks, makes requests. Lives on the engine's
/// thread.
final class UploadExecutor {
    private let transport: any Transport
    private let parts: Engine.Parts
    private let settings: EngineSettings
    private let inbox: EngineInbox
    private let supply: ChunkSupply

    private var sources: [TransferID: UploadSource] = [:]
    /// Sources that the machines have not heard of yet.
    private let opened = OpenedFiles<UploadSource>()
    private var requests: [RequestID: UploadRequest] = [:]
    /// Requests that could not be made.
    private var stillborn: [(RequestID, TransferError)] = []

    init(
        transport: any Transport, parts: Engine.Parts, settings: EngineSettings, inbox: EngineInbox, pool: BufferPool
    ) {
        self.transport = transport
        self.parts = parts
        self.settings = settings
        self.inbox = inbox
        supply = ChunkSupply(pool: pool, inbox: inbox)
    }

    /// How far every chunk is that is being sent.
    func progress() -> [RequestID: Int64] {
        requests.compactMapValues { request in
            guard case .chunk(_, let range) = request.order.task else { return nil }
            return range.start + request.bytesSent
        }
    }

    // MARK: Sources

    func openSource(_ id: TransferID, _ path: String) {
        let fileSystem = parts.fileSystem
        let inbox = self.inbox
        let opened = self.opened
        supply.onReader {
            let result: Result<SourceIdentity, TransferError>
            do throws(TransferError) {
                let file = try fileSystem.openSource(path)
                do throws(TransferError) {
                    result = .success(try file.identity())
                    opened.put(UploadSource(file: file, path: path), of: id)
                } catch {
                    file.close()
                    throw error
                }
            } catch {
                result = .failure(error)
            }
            inbox.post([.sourceOpened(id, result)])
        }
    }

    /// The machine is about to hear that its source is open.
    func sourceOpened(_ id: TransferID) {
        sources[id] = opened.take(id)
    }

    func closeSource(_ id: TransferID) {
        guard let source = sources.removeValue(forKey: id) else { return }
        supply.forget(id)
        supply.afterReadings { source.file.close() }
    }

    // MARK: Requests

    func send(_ order: UploadOrder) {
        let request = UploadRequest(order: order, clock: parts.clock)
        requests[order.id] = request
        guard case .chunk(_, let range) = order.task else { return start(request) }
        guard let source = sources[order.transfer] else {
            return fail(order.id, TransferError(.fileFailure, "the file is not open any more"))
        }
        let wish = ChunkSupply.Wish(
            transfer: order.transfer, range: range, source: source, identity: order.source)
        guard let chunk = supply.want(wish, for: order.id) else { return }
        request.prepared(chunk)
        start(request)
    }

    /// Ends a request; `nil` if it is none of ours.
    func cancel(_ id: RequestID) -> UploadReport? {
        guard let request = requests.removeValue(forKey: id) else { return nil }
        transport.cancel(id)
        supply.unclaim(id)
        return request.cancelled()
    }

    /// A request has ended on the network; `nil` if it is none of ours.
    func ended(_ end: TransportEnd) -> UploadReport? {
        requests.removeValue(forKey: end.id)?.report(end)
    }

    /// Goes on with what waited for other threads. Returns what failed.
    func goOn() -> [(RequestID, UploadReport)] {
        for (id, result) in supply.takeReady() { chunkIsRead(id, result) }
        for (id, request) in requests where request.body?.isPaused == true && request.body?.isReady == true {
            transport.resume(id)
        }
        let failures = stillborn
        stillborn = []
        return failures.compactMap { id, error in
            guard let request = requests.removeValue(forKey: id) else { return nil }
            _ = request.cancelled()
            return (id, UploadReport(outcome: .failed(error, retryAfter: nil)))
        }
    }

    private func chunkIsRead(_ id: RequestID, _ result: Result<PreparedChunk, TransferError>) {
        switch result {
        case .success(let chunk):
            // It may have been cancelled meanwhile.
            guard let request = requests[id] else { return chunk.window.release() }
            request.prepared(chunk)
            start(request)
        case .failure(let error): stillborn.append((id, error))
        }
    }

    private func fail(_ id: RequestID, _ error: TransferError) {
        stillborn.append((id, error))
        inbox.wake()
    }

    private func start(_ request: UploadRequest) {
        let order = request.order
        let message: HTTPRequest
        let bytes: [UInt8]?
        do throws(TransferError) {
            (message, bytes) = try ChunkUpload.request(order, digest: request.digest, version: parts.version)
        } catch {
            return fail(order.id, error)
        }
        var options = ConnectionOptions(order.options, settings)
        options.needsFreshConnection = order.needsFreshConnection
        if order.task == .abort {
            // A courtesy, which must not keep anybody waiting.
            options.connectTimeout = min(options.connectTimeout, .seconds(5))
            options.stallTimeout = min(options.stallTimeout, .seconds(5))
        }
        transport.start(
            order.id, message, body: request.body ?? bytes.map(BytesBody.init), options: options, receiver: request)
    }

    /// Ends the helpers.
    func finish() {
        supply.finish()
    }
}
