import TransferCore

/// A made-up chunk server, or an object store, which knows no keys and forgets nothing by itself.
///
/// Contents are told apart by a tag per chunk instead of by bytes; what it has acknowledged
/// survives its crashes.
struct SimulatedChunkServer {
    struct Upload {
        let key: String
        /// When it was registered, by the clock of the client.
        let begunAt: WallTime
        let name: String
        var size: Int64
        let chunkSize: Int64
        /// The version of the source that each stored chunk is of.
        var chunks: [Int: Int] = [:]
        var isComplete = false

        var plan: ChunkPlan { ChunkPlan(size: size, exactChunkSize: chunkSize) }
    }

    struct File: Equatable {
        let size: Int64
        let versions: [Int]
    }

    let kind: RemoteKind
    private(set) var uploads: [String: Upload] = [:]
    private var addresses: [String: String] = [:]
    private(set) var files: [String: File] = [:]
    /// Names that somebody else has taken.
    var taken: Set<String> = []
    /// Chunks that came although they were there.
    private(set) var repeats = 0
    /// Whether an upload has got chunks of two contents.
    private(set) var hasMixed = false
    private var lastUpload = 0

    init(_ kind: RemoteKind) {
        self.kind = kind
    }

    /// What comes of a request that arrives.
    mutating func answer(_ order: UploadOrder, using random: inout SeededRandom) -> UploadReport.Outcome {
        switch order.task {
        case .register(let registration): return register(registration, order.destination, using: &random)
        case .status:
            guard let upload = uploads[order.address] else { return Self.refusal(.uploadLost) }
            return .status(status(upload))
        case .chunk(let index, _, _): return put(index, SimulatedSource.version(of: order.source), order.address)
        case .complete: return complete(order.address)
        case .abort:
            if uploads[order.address]?.isComplete != true { forget(order.address) }
            return .aborted
        }
    }

    static func refusal(_ code: TransferError.Code, after: Duration? = nil) -> UploadReport.Outcome {
        .failed(TransferError(code, "made-up \(code.rawValue)"), retryAfter: after)
    }

    private mutating func register(
        _ registration: UploadRegistration, _ name: String, using random: inout SeededRandom
    ) -> UploadReport.Outcome {
        if kind == .s3 {
            if registration.isRepeated, let address = search(registration, name) {
                uploads[address]!.size = registration.size
                return .registered(address: address, status(uploads[address]!))
            }
        } else if let address = addresses[registration.key], let upload = uploads[address] {
            guard upload.size == registration.size else { return Self.refusal(.uploadLost) }
            return .registered(address: address, status(upload))
        }
        lastUpload += 1
        let address = kind == .s3 ? "\(name)?\(lastUpload)" : "http://host/uploads/\(lastUpload)"
        let chunkSize = Bool.random(using: &random) ? registration.chunkSize : 100_000
        let upload = Upload(
            key: registration.key, begunAt: registration.begunAt, name: name, size: registration.size,
            chunkSize: chunkSize)
        addresses[registration.key] = address
        uploads[address] = upload
        return .registered(address: address, status(upload))
    }

    /// What may have been registered before without anybody's knowing.
    private func search(_ registration: UploadRegistration, _ name: String) -> String? {
        uploads.filter {
            let upload = $0.value
            return upload.name == name && upload.begunAt >= registration.begunAt && upload.chunks.isEmpty
                && !upload.isComplete
        }.keys.sorted().last
    }

    private func status(_ upload: Upload) -> UploadStatus {
        // A finished file need not name its chunks.
        let received = upload.isComplete ? [] : upload.chunks.keys.sorted().map { $0...$0 }
        return UploadStatus(
            size: upload.size, chunkSize: upload.chunkSize, received: received,
            state: upload.isComplete ? .complete : .inProgress)
    }

    private mutating func put(_ index: Int, _ version: Int, _ address: String) -> UploadReport.Outcome {
        guard let upload = uploads[address] else { return Self.refusal(.uploadLost) }
        if upload.chunks[index] != nil { repeats += 1 }
        if upload.chunks.values.contains(where: { $0 != version }) { hasMixed = true }
        uploads[address]!.chunks[index] = version
        return .stored(receipt: Receipt(sha256: "v\(version)"))
    }

    private mutating func complete(_ address: String) -> UploadReport.Outcome {
        guard let upload = uploads[address] else { return Self.refusal(.uploadLost) }
        if upload.isComplete { return .completed(sha256: nil) }
        guard upload.chunks.count == upload.plan.count else { return Self.refusal(.incomplete) }
        guard !taken.contains(upload.name) else { return Self.refusal(.remoteNameTaken) }
        uploads[address]!.isComplete = true
        files[upload.name] = File(size: upload.size, versions: Set(upload.chunks.values).sorted())
        return .completed(sha256: nil)
    }

    // MARK: Trouble

    mutating func forget(_ address: String) {
        guard let upload = uploads.removeValue(forKey: address) else { return }
        addresses[upload.key] = nil
    }

    /// An upload that is not complete, if there is one.
    func anyUnfinished(using random: inout SeededRandom) -> String? {
        uploads.filter { !$0.value.isComplete }.keys.sorted().randomElement(using: &random)
    }

    /// Loses a chunk that it had acknowledged.
    mutating func loseChunk(using random: inout SeededRandom) {
        guard let address = anyUnfinished(using: &random),
            let chunk = uploads[address]?.chunks.keys.sorted().randomElement(using: &random)
        else { return }
        uploads[address]!.chunks[chunk] = nil
    }
}
