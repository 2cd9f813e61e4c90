extension UploadMachine {
    // MARK: What goes out next

    /// When the server may be asked about doubtful chunks. Soon: that is cheap compared with sending them again.
    var questionTime: Instant {
        max(controlNotBefore, doubtful.map(\.notBefore).min() ?? .zero)
    }

    func isQuestionDue(_ now: Instant) -> Bool {
        !doubtful.isEmpty && control == nil && now >= questionTime
    }

    mutating func nextTask(_ id: RequestID, _ now: Instant) -> UploadOrder.Task? {
        if case .aborting = phase {
            control = id
            return .abort
        }
        guard let upload = record.upload else { return nil }
        switch phase {
        case .registering:
            control = id
            return .register(
                UploadRegistration(
                    key: upload.key, size: upload.source.size, chunkSize: upload.chunkSize,
                    sha256: record.options.sha256, isRepeated: mayBeRegistered, begunAt: upload.begunAt))
        case .asking:
            control = id
            return .status(receipts: receipts)
        case .completing:
            control = id
            // A server that never has the bytes in its hands knows the digest of a file of one chunk at most.
            let isKnown = mode == .direct || table.count <= 1
            return .complete(sha256: isKnown ? record.options.sha256 : nil, receipts: receipts)
        case .sending where isQuestionDue(now):
            control = id
            doubtsAsked = doubtful.count
            return .status(receipts: receipts)
        case .sending:
            guard let (chunk, failures) = takeChunk(now) else { return nil }
            sending[id] = Sending(chunk: chunk, startedAt: now, failures: failures)
            table.mark(chunk, .active)
            return .chunk(chunk, table.plan.range(of: chunk), offer: offers.removeValue(forKey: chunk))
        default: return nil
        }
    }

    /// The next chunk: one that is due again, else the first that was not tried.
    private mutating func takeChunk(_ now: Instant) -> (chunk: Int, failures: Int)? {
        if let index = retries.firstIndex(where: { $0.notBefore <= now }) {
            let retry = retries.remove(at: index)
            return (retry.chunk, retry.failures)
        }
        guard hasFreeConnection else { return nil }
        while nextChunk < table.count {
            defer { nextChunk += 1 }
            guard table.statuses[nextChunk].state == .pending else { continue }
            untried -= 1
            return (nextChunk, 0)
        }
        return nil
    }

    // MARK: What is safe

    /// The server has a chunk; its receipt goes to the store.
    mutating func acknowledge(_ chunk: Int, receipt: Receipt?, _ moment: Moment) {
        let length = table.plan.range(of: chunk).length
        var receipt = receipt
        if receipt?.storedAt == nil { receipt?.storedAt = moment.wall }
        hold(receipt, of: chunk)
        acknowledged.bytesDone += length
        acknowledged.chunksDone += 1
        table.mark(chunk, .verifying)
        effects.append(
            .keepReceipt(
                record.id, ChunkBookmark(index: chunk, bytes: length, checksum: 0, receipt: receipt), acknowledged))
    }

    /// Keeps what an object store will be shown when the upload is completed.
    mutating func hold(_ receipt: Receipt?, of chunk: Int) {
        if kind == .s3 { receipts[chunk] = receipt }
    }

    mutating func bookmarked(_ chunks: [ChunkBookmark], _ moment: Moment) {
        guard record.upload != nil else { return }
        let before = table.bytesDone
        // News of a chunk that is not acknowledged is old: of an upload that was given up.
        for chunk in chunks where chunk.index < table.count && table.statuses[chunk.index].state == .verifying {
            table.setSafe(chunk)
        }
        record.bytesDone = table.bytesDone
        record.chunksDone = table.chunksDone
        if table.bytesDone > before { rate.add(table.bytesDone - before, at: moment.now) }
    }

    mutating func completeIfAcknowledged() {
        guard phase == .sending, acknowledged.chunksDone == table.count, sending.isEmpty else { return }
        phase = .completing
        isAllSent = true
        controlFailures = 0
        record.state = .verifying
    }

    /// Takes over what the server says it has, at the beginning of a run.
    mutating func reconcile(_ status: UploadStatus, _ moment: Moment) {
        table = ChunkTable(plan: table.plan)
        // A server that puts the file in its place, or has done so, lacks nothing.
        var isReceived = Array(repeating: status.state != .inProgress, count: table.count)
        for range in status.received {
            for chunk in range where chunk < isReceived.count { isReceived[chunk] = true }
        }
        mode = status.mode
        offers = status.offers
        receipts = [:]
        let held = bookmark.filter { isReceived[$0.index] }
        let known = held.map { chunk in
            var chunk = chunk
            chunk.receipt = proof(of: chunk, status.receipts[chunk.index], moment)
            return chunk
        }
        let lost = bookmark.filter { !isReceived[$0.index] }.map(\.index)
        bookmark = []
        for chunk in known { hold(chunk.receipt, of: chunk.index) }
        table.restore(known)
        acknowledged = StoredProgress(bytesDone: table.bytesDone, chunksDone: table.chunksDone)
        if !lost.isEmpty {
            effects.append(.dropChunks(record.id, lost, acknowledged))
            note(.problem, "the server has lost \(lost.count) chunks that it had acknowledged: sent again", moment)
        }
        for (old, chunk) in zip(held, known) where chunk != old {
            effects.append(.keepReceipt(record.id, chunk, acknowledged))
        }
        for chunk in isReceived.indices where isReceived[chunk] && !table.isDone(chunk) {
            restoreUnknown(chunk, status.receipts[chunk])
        }
        nextChunk = 0
        untried = table.count - acknowledged.chunksDone
        record.bytesDone = table.bytesDone
        record.chunksDone = table.chunksDone
        let count = acknowledged.chunksDone
        // Of a new upload there is nothing to tell; why it is a new one was told before.
        guard count > 0 || !offers.isEmpty || phase == .asking else { return }
        let alike = offers.isEmpty ? "" : " and \(offers.count) that may be of this file"
        explain("the server has \(count) of \(table.count) chunks\(alike), \(untried - offers.count) to send", moment)
    }

    /// The receipt of a chunk that the server has: the one that is held, unless the server has come to call the chunk
    /// something else, because it was sent once more and the answer was lost. Only its own word completes the upload.
    private func proof(of chunk: ChunkBookmark, _ told: Receipt?, _ moment: Moment) -> Receipt? {
        guard var told, let tag = told.entityTag, tag != chunk.receipt?.entityTag else { return chunk.receipt }
        told.storedAt = told.storedAt ?? moment.wall
        return told
    }

    /// The server has a chunk that is not recorded here.
    private mutating func restoreUnknown(_ chunk: Int, _ receipt: Receipt?) {
        let bookmark = ChunkBookmark(
            index: chunk, bytes: table.plan.range(of: chunk).length, checksum: 0, receipt: receipt)
        hold(receipt, of: chunk)
        table.restore([bookmark])
        acknowledged.bytesDone += bookmark.bytes
        acknowledged.chunksDone += 1
        effects.append(.keepReceipt(record.id, bookmark, acknowledged))
    }

    /// Takes over what the server says of chunks whose answer was lost.
    mutating func resolveDoubts(_ status: UploadStatus, _ moment: Moment) {
        // The answer may be older than what has become doubtful since the question.
        let asked = doubtful.prefix(doubtsAsked)
        doubtful.removeFirst(asked.count)
        for doubt in asked {
            if status.received.contains(where: { $0.contains(doubt.chunk) }) {
                note(.info, "#\(doubt.chunk) is stored: only the answer was lost", moment)
                acknowledge(doubt.chunk, receipt: status.receipts[doubt.chunk], moment)
            } else {
                offers[doubt.chunk] = status.offers[doubt.chunk]
                retries.append(doubt)
            }
        }
        completeIfAcknowledged()
    }
}
