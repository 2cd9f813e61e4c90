import Logging
import TestSupport
import Testing

@testable import TransferCore
@testable import TransferEngine
@testable import WireProtocols

/// The executors with a transport that only remembers what it was asked. Belongs to one thread.
final class ExecutorBench {
    let clock = ManualClock()
    let transport = RecordingTransport()
    let memories = RemoteMemories()
    let lookups: AccessLookups
    let uploads: UploadExecutor
    let downloads: DownloadExecutor
    private let committer: Committer
    private let writer = WorkQueue(name: "write")
    private let transfer = TransferID(1)

    init(_ access: any S3AccessSource) {
        let (clock, transport) = (self.clock, self.transport)
        let fileSystem = MemoryFileSystem()
        let store = MemoryStore()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let parts = Engine.Parts(
            transport: { () throws(TransferError) in throw TransferError(.malformed, "not used") }, store: store,
            fileSystem: fileSystem, clock: clock, logger: logger, access: access, version: "test")
        let inbox = EngineInbox()
        let pool = BufferPool(count: 4, bufferSize: 4096) {}
        lookups = AccessLookups(source: access) {}
        committer = Committer(store: store, fileSystem: fileSystem, clock: clock, logger: logger, post: { _ in })
        uploads = UploadExecutor(
            transport: transport, parts: parts, settings: EngineSettings(), inbox: inbox, pool: pool,
            memories: memories, lookups: lookups)
        downloads = DownloadExecutor(
            transport: transport, parts: parts, settings: EngineSettings(), inbox: inbox, pool: pool,
            committer: committer, writers: [writer], memories: memories, lookups: lookups)
    }

    func finish() {
        lookups.finish()
        uploads.finish()
        writer.finish()
        committer.finish()
    }

    /// What is known of access to the store.
    var access: S3Access? {
        get { memories.with(transfer) { $0.access } }
        set { memories.with(transfer) { $0.access = newValue } }
    }

    /// Hands over what was looked up, until a condition holds.
    func work(until what: String, _ condition: () -> Bool) throws {
        try eventuallyBlocking(what) {
            for finding in lookups.takeFindings() {
                uploads.accessIsFound(finding)
                downloads.accessIsFound(finding)
            }
            return condition()
        }
    }

    /// The access keys that requests were signed with.
    var keys: [String] {
        transport.started.compactMap { start in
            let field = start.request.headers.first { $0.name.lowercased() == "authorization" }?.value
            return field?.split(separator: "Credential=").last?.split(separator: "/").first.map(String.init)
        }
    }

    // MARK: Orders

    func send(_ task: UploadOrder.Task, _ id: UInt64 = 1, to kind: RemoteKind = .s3) throws {
        let location = try S3Location("s3://bucket/key")
        let server = UploadAddress.destination(base: "http://127.0.0.1:1/", name: "key")
        let plan = ChunkPlan(size: 250, exactChunkSize: 100)
        let stored = S3UploadAddress(location, .multipart(uploadID: "U", usesChecksums: true)).text
        uploads.send(
            UploadOrder(
                id: RequestID(id), transfer: transfer, task: task,
                address: kind == .s3 ? stored : "http://127.0.0.1:1/uploads/u1", plan: plan,
                mode: .direct, destination: kind == .s3 ? location.text : server,
                source: SourceIdentity(device: 1, inode: 1, size: 250, modified: 1), options: TransferOptions(),
                needsFreshConnection: false))
    }

    func fetch(_ id: UInt64 = 1) {
        let expectation = RangeExpectation(range: ByteRange(0, 100), acceptsAnyVersion: false)
        downloads.request(
            RequestOrder(
                id: RequestID(id), transfer: transfer, purpose: .fetch, address: "s3://bucket/key",
                expectation: expectation, precondition: nil, options: TransferOptions(), needsFreshConnection: false,
                source: "s3://bucket/key", checksum: nil))
    }
}

/// Starts nothing.
final class RecordingTransport: Transport {
    private(set) var started: [(id: RequestID, request: HTTPRequest, options: ConnectionOptions)] = []
    let waker: any Waker = DeafWaker()

    private struct DeafWaker: Waker {
        func wake() {}
    }

    func start(
        _ id: RequestID, _ request: HTTPRequest, body: (any RequestBody)?, options: ConnectionOptions,
        receiver: any ResponseReceiver
    ) {
        started.append((id, request, options))
    }

    func cancel(_ id: RequestID) {}
    func resume(_ id: RequestID) {}
    func wait(until deadline: Instant?) -> [TransportEnd] { [] }
}
