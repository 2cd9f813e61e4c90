import TransferCore

/// Has a writer's thread put the bytes of one answer into the file, and note what they are.
struct SpanWriting {
    private let surroundings: SpanReceiver.Surroundings
    /// Bookmarks that wait for the end of the answer, because only then is it known to be right.
    private(set) var held: HeldBookmarks?
    /// Of an object whose parts are the chunks.
    var partHasher: PartHasher?

    init(_ surroundings: SpanReceiver.Surroundings) {
        self.surroundings = surroundings
    }

    /// Lets the bookmarks wait for the end.
    ///
    /// - Parameter digest: What the answer must have then, if it said so.
    mutating func holdBack(digest: String?) {
        let held = HeldBookmarks()
        held.begin(digest: digest)
        self.held = held
    }

    /// Writes the front of a buffer, and gives it back.
    func write(
        _ buffer: PooledBuffer, _ count: Int, at offset: Int64, _ bookmarks: [ChunkBookmark], _ session: PartSession
    ) {
        let (pool, clock) = (surroundings.pool, surroundings.clock)
        let (post, recorded) = (surroundings.post, surroundings.recorded)
        let (held, partHasher) = (self.held, self.partHasher)
        surroundings.writer.submit {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
            defer { pool.giveBack(buffer) }
            guard !session.hasFailed else { return }
            do throws(TransferError) {
                try session.file.write(bytes, at: offset)
            } catch {
                if session.fail() { post(.fileFailed(session.transfer, error)) }
                return
            }
            partHasher?.add(bytes, at: offset)
            if let held {
                held.add(bytes, bookmarks)
            } else if session.record(bookmarks, at: clock.now()) {
                recorded(session)
            }
        }
    }

    /// Posts the end of the request, behind everything that was handed over before.
    ///
    /// - Parameters:
    ///   - leftover: Buffers to give back.
    ///   - compared: Of a request that only compares: the buffer with its answer.
    func end(
        _ order: RequestOrder, _ report: RequestReport, _ session: PartSession?, leftover: [PooledBuffer],
        compared: PooledBuffer?
    ) {
        let (id, start) = (order.id, order.expectation.range.start)
        let (pool, clock) = (surroundings.pool, surroundings.clock)
        let (post, recorded) = (surroundings.post, surroundings.recorded)
        let held = self.held
        surroundings.writer.submit {
            var report = report
            if let compared { report.outcome = OverlapComparison.outcome(compared, report, session, start) }
            for buffer in leftover { pool.giveBack(buffer) }
            if let held {
                switch held.end(isComplete: report.outcome == .completed) {
                case .success(let bookmarks):
                    if let session, session.record(bookmarks, at: clock.now()) { recorded(session) }
                case .failure(let error):
                    if report.outcome == .completed { report.outcome = .failed(error, retryAfter: nil, nil) }
                    report.receivedEnd = start
                }
            }
            post(.requestEnded(id, report))
        }
    }
}
