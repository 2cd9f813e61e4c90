import TransferCore
import WireProtocols

/// Carries out the effects of uploads: opens sources, reads and hashes chunks, makes requests. Lives on the engine's
/// thread.
final class UploadExecutor {
    private let transport: any Transport
    private let parts: Engine.Parts
    private let settings: EngineSettings
    private let inbox: EngineInbox
    private let pool: BufferPool
    /// Reading and hashing keep more than one core busy.
    private let readers = [WorkQueue(name: "read-0"), WorkQueue(name: "read-1")]
    private var nextReader = 0

    private var sources: [TransferID: UploadSource] = [:]
    private var requests: [RequestID: UploadRequest] = [:]
    /// Chunks for which there was no buffer, in the order in which they came.
    private var waiting: [RequestID] = []
    private let results = ReaderResults()

    init(
        transport: any Transport, parts: Engine.Parts, settings: EngineSettings, inbox: EngineInbox, pool: BufferPool
    ) {
        self.transport = transport
        self.parts = parts
        self.settings = settings
        self.inbox = inbox
        self.pool = pool
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
        let results = self.results
        readers[0].submit {
            let result: Result<SourceIdentity, TransferError>
            do throws(TransferError) {
                let file = try fileSystem.openSource(path)
                do throws(TransferError) {
                    result = .success(try file.identity())
                    results.opened(id, UploadSource(file: file, path: path))
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
        sources[id] = results.takeSource(of: id)
    }

    func closeSource(_ id: TransferID) {
        guard let source = sources.removeValue(forKey: id) else { return }
        // Behind the readings that are still under way, whichever thread has them.
        let last = readers[1]
        readers[0].submit { last.submit { source.file.close() } }
    }

    // MARK: Requests

    func send(_ order: UploadOrder) {
        let request = UploadRequest(order: order, clock: parts.clock)
        requests[order.id] = request
        if case .chunk = order.task {
            waiting.append(order.id)
            prepareWaiting()
        } else {
            start(request)
        }
    }

    /// Ends a request; `nil` if it is none of ours.
    func cancel(_ id: RequestID) -> UploadReport? {
        guard let request = requests.removeValue(forKey: id) else { return nil }
        transport.cancel(id)
        waiting.removeAll { $0 == id }
        return request.cancelled()
    }

    /// A request has ended on the network; `nil` if it is none of ours.
    func ended(_ end: TransportEnd) -> UploadReport? {
        requests.removeValue(forKey: end.id)?.report(end)
    }

    /// Goes on with what waited for other threads. Returns what failed there.
    func goOn() -> [(RequestID, UploadReport)] {
        let failures = startPrepared()
        prepareWaiting()
        for (id, request) in requests where request.body?.isPaused == true && request.body?.isReady == true {
            transport.resume(id)
        }
        return failures
    }

    private func prepareWaiting() {
        while let id = waiting.first {
            guard let request = requests[id], case .chunk(_, let range) = request.order.task else {
                waiting.removeFirst()
                continue
            }
            let pieces = Int((range.length + Int64(pool.bufferSize) - 1) / Int64(pool.bufferSize))
            let buffers = pool.take(least: min(pieces, 2), most: min(pieces, ChunkWindow.largest))
            guard !buffers.isEmpty else { return }
            waiting.removeFirst()
            prepare(request, range, buffers)
        }
    }

    private func prepare(_ request: UploadRequest, _ range: ByteRange, _ buffers: [PooledBuffer]) {
        let id = request.order.id
        guard let source = sources[request.order.transfer] else {
            for buffer in buffers { pool.giveBack(buffer) }
            return fail(id, TransferError(.fileFailure, "the file is not open any more"))
        }
        nextReader = (nextReader + 1) % readers.count
        let (inbox, results) = (self.inbox, self.results)
        let reader = SourceReader(
            source: source, identity: request.order.source, chunkStart: range.start, pool: pool,
            queue: readers[nextReader], wake: { inbox.wake() })
        reader.prepare(length: range.length, buffers: buffers) { result in
            results.settled(id, result)
            inbox.wake()
        }
    }

    private func fail(_ id: RequestID, _ error: TransferError) {
        results.settled(id, .failure(error))
        inbox.wake()
    }

    private func startPrepared() -> [(RequestID, UploadReport)] {
        var failures: [(RequestID, UploadReport)] = []
        for (id, result) in results.takeChunks() {
            switch result {
            case .success(let chunk):
                // It may have been cancelled meanwhile.
                guard let request = requests[id] else {
                    chunk.window.release()
                    continue
                }
                request.prepared(chunk)
                start(request)
            case .failure(let error):
                guard let request = requests.removeValue(forKey: id) else { continue }
                _ = request.cancelled()
                failures.append((id, UploadReport(outcome: .failed(error, retryAfter: nil))))
            }
        }
        return failures
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
        for reader in readers { reader.finish() }
    }
}
