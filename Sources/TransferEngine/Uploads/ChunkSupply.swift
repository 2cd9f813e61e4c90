import TransferCore

/// Reads and hashes the chunks that are to be sent, a little ahead of their being asked for, so that a connection that
/// becomes free has something to send at once. Lives on the engine's thread.
final class ChunkSupply {
    /// A chunk that is wanted.
    struct Wish {
        var transfer: TransferID
        /// In the file.
        var range: ByteRange
        var source: UploadSource
        /// The file, as it must be when it is read.
        var identity: SourceIdentity
        /// Whether its MD5 is wanted as well.
        var needsMD5 = false

        fileprivate var place: Place { Place(transfer: transfer, range: range) }

        fileprivate func isFulfilled(by chunk: PreparedChunk) -> Bool { !needsMD5 || chunk.digests.md5 != nil }
    }

    struct Place: Hashable, Sendable {
        let transfer: TransferID
        let range: ByteRange
    }

    private struct Claim {
        let id: RequestID
        let wish: Wish
    }

    private enum Stage { case reading, ready(PreparedChunk) }

    /// Chunks of one transfer that are read before anybody asks.
    private static let depth = 2
    /// Buffers that are left to downloads, which need one at a time; and those that are left to chunks that somebody
    /// waits for.
    private static let reserve = 12
    private static let reserveAhead = 20

    private let pool: BufferPool
    private let inbox: EngineInbox
    /// Reading and hashing keep more than one core busy.
    private let readers = [WorkQueue(name: "read-0"), WorkQueue(name: "read-1")]
    private var nextReader = 0
    private let results = ReaderResults()
    private var stages: [Place: Stage] = [:]
    /// Who waits for which chunk.
    private var claims: [Place: Claim] = [:]
    /// Chunks for which there was no buffer, in the order in which they came.
    private var waiting: [Wish] = []
    /// Called with the SHA-256 of every chunk that was read, whether somebody waits for it or not.
    private let onDigest: (Place, String) -> Void

    init(pool: BufferPool, inbox: EngineInbox, onDigest: @escaping (Place, String) -> Void) {
        self.onDigest = onDigest
        self.pool = pool
        self.inbox = inbox
    }

    /// Has work done on a reading thread, in order with all other such work.
    func onReader(_ job: @escaping @Sendable () -> Void) {
        readers[0].submit(job)
    }

    /// Has work done behind all readings that have been begun.
    func afterReadings(_ job: @escaping @Sendable () -> Void) {
        let last = readers[1]
        readers[0].submit { last.submit(job) }
    }

    // MARK: Chunks

    /// Asks for a chunk: it is there at once, or comes with ``takeReady()``.
    func want(_ wish: Wish, for id: RequestID) -> PreparedChunk? {
        let place = wish.place
        dropPassed(by: place)
        defer { readAhead(of: wish) }
        if case .ready(let chunk) = stages[place] {
            stages[place] = nil
            if wish.isFulfilled(by: chunk) { return chunk }
            chunk.window.release()
        }
        claims[place] = Claim(id: id, wish: wish)
        if stages[place] == nil { waiting.append(wish) }
        readWaiting()
        return nil
    }

    /// What has been read for somebody since the last call.
    func takeReady() -> [(id: RequestID, result: Result<PreparedChunk, TransferError>)] {
        var ready: [(id: RequestID, result: Result<PreparedChunk, TransferError>)] = []
        for (place, result) in results.take() {
            let claim = claims.removeValue(forKey: place)
            let isWanted = stages.removeValue(forKey: place) != nil
            if isWanted, case .success(let chunk) = result { onDigest(place, chunk.digests.sha256) }
            switch (result, claim) {
            case (.success(let chunk), _) where !isWanted: chunk.window.release()
            case (.success(let chunk), nil): stages[place] = .ready(chunk)
            case (.success(let chunk), let claim?) where !claim.wish.isFulfilled(by: chunk):
                // It was being read ahead when its MD5 was asked for.
                chunk.window.release()
                claims[place] = claim
                waiting.insert(claim.wish, at: 0)
            case (_, let claim?): ready.append((claim.id, result))
            case (.failure, nil): break
            }
        }
        readWaiting()
        return ready
    }

    /// Nobody waits for a chunk any more.
    func unclaim(_ id: RequestID) {
        guard let place = claims.first(where: { $0.value.id == id })?.key else { return }
        claims[place] = nil
        waiting.removeAll { $0.place == place }
    }

    /// The transfer's file is about to be closed.
    func forget(_ transfer: TransferID) {
        for place in stages.keys where place.transfer == transfer { drop(place) }
        for place in claims.keys where place.transfer == transfer { claims[place] = nil }
        waiting.removeAll { $0.transfer == transfer }
    }

    /// Ends the reading threads.
    func finish() {
        for reader in readers { reader.finish() }
    }

    // MARK: Reading

    private func readWaiting() {
        while let wish = waiting.first {
            let pieces = pieceCount(of: wish)
            let buffers = pool.take(
                least: min(pieces, 2), most: min(pieces, ChunkWindow.largest), leaving: Self.reserve)
            guard !buffers.isEmpty else { return }
            waiting.removeFirst()
            read(wish, buffers)
        }
    }

    /// Chunks go out in order, so the next ones are known. Where the MD5 of one is wanted, that of the next often is.
    private func readAhead(of wish: Wish) {
        var next = wish
        for _ in 0..<Self.depth {
            let start = next.range.end
            next.range = ByteRange(start, min(start + wish.range.length, wish.identity.size))
            guard !next.range.isEmpty, waiting.isEmpty else { return }
            guard stages[next.place] == nil, claims[next.place] == nil else { continue }
            let pieces = pieceCount(of: next)
            guard pieces <= ChunkWindow.largest else { return }
            let buffers = pool.take(least: pieces, most: pieces, leaving: Self.reserveAhead)
            guard !buffers.isEmpty else { return }
            read(next, buffers)
        }
    }

    private func read(_ wish: Wish, _ buffers: [PooledBuffer]) {
        let place = wish.place
        stages[place] = .reading
        nextReader = (nextReader + 1) % readers.count
        let (inbox, results) = (self.inbox, self.results)
        let reader = SourceReader(
            source: wish.source, identity: wish.identity, chunkStart: wish.range.start, pool: pool,
            queue: readers[nextReader], wake: { inbox.wake() })
        reader.prepare(length: wish.range.length, needsMD5: wish.needsMD5, buffers: buffers) { result in
            results.add(place, result)
            inbox.wake()
        }
    }

    /// What was read ahead and then passed over, because the server has it, is not needed.
    private func dropPassed(by place: Place) {
        for other in stages.keys
        where other.transfer == place.transfer && other.range.start < place.range.start && claims[other] == nil {
            drop(other)
        }
    }

    private func drop(_ place: Place) {
        if case .ready(let chunk) = stages.removeValue(forKey: place) { chunk.window.release() }
    }

    private func pieceCount(of wish: Wish) -> Int {
        SourceReader.pieceCount(of: wish.range.length, pieceSize: Int64(pool.bufferSize))
    }
}
