extension UploadMachine {
    // MARK: Beginning

    mutating func start(_ moment: Moment) {
        record.error = nil
        source = .opening
        effects.append(.openSource(record.id, path: record.source))
    }

    mutating func sourceOpened(_ result: Result<SourceIdentity, TransferError>, _ moment: Moment) {
        source = .closed
        if case .success = result { source = .open }
        guard phase == .opening else { return settleClosing(moment) }
        switch result {
        case .failure(let error): close(.failed(error), moment)
        case .success(let source): begin(source, moment)
        }
    }

    private mutating func begin(_ source: SourceIdentity, _ moment: Moment) {
        guard source.size <= ChunkPlan.maximumSize else {
            return close(.failed(TransferError(.unsupported, "the file is larger than 64 TiB")), moment)
        }
        guard kind != .s3 || source.size <= ChunkPlan.largestObject else {
            return close(.failed(TransferError(.tooLarge, "the file is larger than 48.8 TiB")), moment)
        }
        if let hashed = record.options.hashedSource, hashed != source {
            let detail = "\(record.source) has changed since its SHA-256 was compared"
            return close(.failed(TransferError(.digestOutdated, detail)), moment)
        }
        if mayAbort, !record.abandoned.isEmpty { return close(.restart, moment) }
        guard let upload = record.upload else { return beginAnew(source, moment) }
        guard upload.source == source else {
            // Nothing of the old content was sent.
            if upload.address == nil { return beginAnew(source, moment) }
            let detail = "\(record.source) has changed since its upload began"
            return close(.failed(TransferError(.sourceChanged, detail)), moment)
        }
        if upload.address == nil {
            // The last run may have ended before its key was stored, or after the remote had heard it.
            mayBeRegistered = true
            phase = .recording
            saveFirst()
        } else {
            phase = .loading
            effects.append(.loadBookmark(record.id))
        }
    }

    /// The first step of a new upload: its key is stored before the server hears of it.
    private mutating func beginAnew(_ source: SourceIdentity, _ moment: Moment) {
        if record.bytesDone > 0 || record.upload != nil { effects.append(.forgetChunks(record.id)) }
        // A registration whose answer was lost has begun an upload without chunks at an object store, which suits any
        // content. It is searched for by this time. (A file of one chunk needs none: then the old one is left behind.)
        let lost = kind == .s3 ? record.upload : nil
        record.forgetProgress()
        let wish = record.options.chunkSize
        let chunkSize =
            switch kind {
            case .http: ChunkPlan.uploadChunkSize(forSize: source.size, wish: wish)
            case .s3: ChunkPlan.partSize(forSize: source.size, wish: wish)
            }
        record.upload = UploadBookmark(
            key: makeKey(), source: source, chunkSize: chunkSize, begunAt: lost?.begunAt ?? moment.wall)
        mayBeRegistered = lost != nil
        table = ChunkTable(plan: ChunkPlan(size: source.size, exactChunkSize: chunkSize))
        phase = .recording
        saveFirst()
    }

    private mutating func makeKey() -> String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(random.next()) + digits(random.next())
    }

    mutating func bookmarkLoaded(_ bookmark: [ChunkBookmark], _ moment: Moment) {
        guard phase == .loading else { return }
        // Rows that cannot be of this upload are not believed.
        self.bookmark = bookmark.filter {
            $0.index >= 0 && $0.index < table.count && $0.bytes == table.plan.range(of: $0.index).length
        }
        receipts = [:]
        for chunk in self.bookmark { hold(chunk.receipt, of: chunk.index) }
        phase = .asking
    }

    mutating func saved(_ moment: Moment) {
        isSaving = false
        switch phase {
        case .recording where record.upload?.address == nil: phase = .registering
        case .recording:
            phase = .sending
            rate.start(at: moment.now)
            completeIfAcknowledged()
        case .concluding:
            note(.success, "complete", moment)
            // What could not be told before the upload is tried once more.
            mayAbort = !isStopping
            close(.completed, moment)
        default: settleClosing(moment)
        }
    }

    mutating func notSaved(_ error: TransferError, _ moment: Moment) {
        isSaving = false
        fileFailed(error, moment)
    }
}
