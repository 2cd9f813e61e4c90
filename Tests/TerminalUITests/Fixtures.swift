import TerminalUI
import TransferCore

/// Made-up pictures of an engine.
enum Fixtures {
    static let wide = Size(columns: 140, rows: 40)
    static let standard = Size(columns: 80, rows: 24)
    static let small = Size(columns: 40, rows: 10)

    static func transfer(
        _ id: Int64, _ name: String, _ state: TransferState, done: Int64 = 0, total: Int64? = nil,
        direction: Direction = .download
    ) -> TransferSnapshot {
        var transfer = TransferSnapshot(
            id: TransferID(id), direction: direction, source: SafeText("https://example.org/pub/\(name)"),
            destination: SafeText("/home/me/\(name)"), name: SafeText(name), state: state,
            createdAt: WallTime(milliseconds: 0))
        transfer.bytesDone = done
        transfer.bytesTotal = total
        return transfer
    }

    /// `count` chunks of which the first `safe` are there.
    static func chunks(_ count: Int, safe: Int) -> [ChunkStatus] {
        (0..<count).map { ChunkStatus(state: $0 < safe ? .done : .pending, share: $0 < safe ? 255 : 0) }
    }

    static var debian: TransferSnapshot {
        var transfer = transfer(
            1, "debian-12.11.0-amd64-DVD-1.iso", .active, done: 3_080_000_000, total: 4_960_000_000)
        transfer.bytesPerSecond = 41_800_000
        transfer.timeLeft = .seconds(45)
        transfer.connections = 8
        transfer.retries = 9
        transfer.isResumable = true
        transfer.explanation = SafeText("ETag unchanged, 735 of 1,184 chunks kept, 449 to fetch")
        var chunks = chunks(1184, safe: 735)
        for index in 0..<40 { chunks[index] = ChunkStatus(state: .skipped, share: 255) }
        chunks[240] = ChunkStatus(state: .active, retries: 1, share: 10, isRefetch: true)
        chunks[583] = ChunkStatus(state: .waiting, retries: 2, share: 76)
        for index in 660..<664 { chunks[index] = ChunkStatus(state: .verifying) }
        for index in 735..<742 { chunks[index] = ChunkStatus(state: .active, share: UInt8(235 - (index - 735) * 30)) }
        transfer.chunks = chunks
        transfer.chunksTotal = 1184
        transfer.chunksDone = 729
        return transfer
    }

    /// One transfer in each state.
    static var queue: EngineSnapshot {
        var preparing = transfer(2, "openstreetmap-planet-250526.osm.pbf", .preparing)
        preparing.connections = 1
        var waiting = transfer(4, "gaia-dr3-source.parquet", .waiting, done: 900_000_000, total: 2_000_000_000)
        waiting.chunks = chunks(15, safe: 7)
        waiting.chunks[7] = ChunkStatus(state: .waiting, retries: 3, share: 99)
        waiting.waitingUntil = Instant(nanoseconds: 1_000_000_000) + .milliseconds(94_200)
        let verifying = transfer(5, "wikidata-all.json.zst", .verifying, done: 90_000_000, total: 90_000_000)
        var full = transfer(6, "site-backup-2025-06-01.tar.gz", .paused, done: 500_000_000, total: 1_000_000_000)
        full.chunks = chunks(200, safe: 100)
        full.chunks[101].state = .failed
        full.error = TransferError(.diskFull, "no room for 500 MB on the disk of /home/me")
        var missing = transfer(7, "missing.iso", .failed)
        missing.error = TransferError(.notFound, "the server knows no such file (404)")
        var stream = transfer(8, "live-stream.ts", .active, done: 12_345_678)
        stream.bytesPerSecond = 1_200_000
        stream.connections = 1
        stream.isResumable = false
        var upload = transfer(12, "photos.tar", .active, done: 150_000_000, total: 1_000_000_000, direction: .upload)
        upload.bytesPerSecond = 3_200_000
        upload.timeLeft = .seconds(266)
        var snapshot = EngineSnapshot(
            takenAt: Instant(nanoseconds: 1_000_000_000), takenAtWall: WallTime(milliseconds: 43_471_000))
        snapshot.transfers = [
            debian, preparing, transfer(3, "linux-6.9.tar.xz", .queued), waiting, verifying, full, missing, stream,
            transfer(9, "日本語のとても長いファイル名前です.tar.gz", .queued, total: 44_000_000),
            transfer(10, "alpine-3.20-x86_64.iso", .completed, done: 207_000_000, total: 207_000_000),
            transfer(11, "rfc-all.zip", .paused, done: 44_000_000, total: 100_000_000), upload,
        ]
        snapshot.throughput = (0..<60).map { 60e6 + Double(($0 * 7919) % 31) * 1e6 }
        snapshot.isIdle = false
        snapshot.events = [
            event(43_420, 10, .success, "complete: 207 MB in 3.1 s"),
            event(43_442, 6, .problem, "no room on the disk"),
            event(43_470, 1, .retry, "chunk 583: 503 Slow Down, retry 2 in 1.6 s"),
        ]
        return snapshot
    }

    /// The queue, with what is known of its first transfer.
    static var watched: EngineSnapshot {
        var snapshot = queue
        var detail = TransferDetail(id: TransferID(1))
        detail.chunkSize = 4 << 20
        detail.validator = SafeText("\"5f1c-61a9\"")
        detail.partPath = SafeText("/home/me/debian-12.11.0-amd64-DVD-1.iso.part")
        detail.inFlight = (0..<7).map { index in
            RequestSnapshot(
                chunk: 735 + index, range: ByteRange(0, 1), chunkBytes: 3_800_000 - Int64(index) * 500_000,
                bytesPerSecond: 5_600_000, timeToFirstByte: .milliseconds(41 + index), status: 206)
        }
        detail.inFlight.append(
            RequestSnapshot(
                chunk: 742, range: ByteRange(0, 1), chunkBytes: 0, bytesPerSecond: 0, timeToFirstByte: nil,
                status: nil))
        detail.attempts = [
            attempt(583, 43_467, bytes: 1_200_000, status: 206, TransferError(.connectionLost, "reset by peer")),
            attempt(583, 43_470, bytes: 0, status: 503, TransferError(.serverBusy, "503 Slow Down")),
        ]
        detail.throughput = (0..<60).map { 36e6 + Double(($0 * 7919) % 29) * 4e5 }
        for chunk in 40..<735 {
            detail.speeds.set(3_000_000 + Double(chunk * 7919 % 61) * 100_000, at: chunk, of: 1184)
            detail.latencies.set(38_000 + Double(chunk / 16 * 104_729 % 97) * 1000, at: chunk, of: 1184)
        }
        snapshot.watched = detail
        return snapshot
    }

    /// The same, with all that is known of a chunk that waits.
    static var inspected: EngineSnapshot {
        var snapshot = watched
        var chunk = WatchedChunk(
            index: 583, range: ByteRange(583 << 22, 584 << 22), safeBytes: 1_250_000, triesAllowed: 10)
        chunk.checksum = 0x1B2C_44F0
        chunk.attempts = snapshot.watched?.attempts.filter { $0.chunk == 583 } ?? []
        chunk.nextTry = snapshot.takenAt + .milliseconds(1600)
        chunk.failures = 2
        chunk.head = AnswerHead(
            ResponseHead(
                status: 503,
                fields: [
                    HeaderField("Server", "cdn-fra1"), HeaderField("Retry-After", "1"),
                    HeaderField("X-Request-Id", "8f20-77c1"), HeaderField("Set-Cookie", "id=secret"),
                    HeaderField("Location", "https://cdn.example.org/pub/debian.iso?sig=secret&part=583"),
                    HeaderField("Content-Type", "text/xml"), HeaderField("Content-Length", "243"),
                ]))
        snapshot.watched?.chunk = chunk
        return snapshot
    }

    /// The same with so many chunks that none has a cell of its own.
    static var huge: EngineSnapshot {
        var snapshot = watched
        var chunks = chunks(100_000, safe: 62_000)
        for index in stride(from: 9000, to: 12_000, by: 1) { chunks[index] = ChunkStatus(state: .pending) }
        chunks[31_415] = ChunkStatus(state: .waiting, retries: 2, share: 76)
        chunks[92_653].state = .failed
        snapshot.transfers[0].chunks = chunks
        snapshot.transfers[0].chunksTotal = 100_000
        snapshot.transfers[0].chunksDone = 59_000
        snapshot.watched?.chunkSize = 64 << 10
        return snapshot
    }

    /// An upload, closely: some chunks were there, some are on their way, one had its answer lost.
    static var uploading: EngineSnapshot {
        var upload = transfer(1, "photos.tar", .active, done: 150_994_944, total: 268_435_456, direction: .upload)
        upload.source = SafeText("/home/me/photos.tar")
        upload.destination = SafeText("http://host:7270/files/2026/photos.tar")
        upload.bytesPerSecond = 3_200_000
        upload.timeLeft = .seconds(36)
        upload.connections = 4
        upload.bytesInFlight = 10_000_000
        upload.retries = 2
        upload.isResumable = true
        upload.explanation = SafeText("the server has 12 of 64 chunks, 52 to send")
        upload.chunks = chunks(64, safe: 36)
        for index in 0..<12 { upload.chunks[index].state = .skipped }
        upload.chunks[36].state = .verifying
        for index in 37..<41 { upload.chunks[index].state = .active }
        upload.chunks[41] = ChunkStatus(state: .waiting, retries: 1)
        upload.chunksTotal = 64
        upload.chunksDone = 36
        var detail = TransferDetail(id: TransferID(1))
        detail.chunkSize = 4 << 20
        detail.finalAddress = SafeText("http://host:7270/uploads/5f1c61a95f1c61a95f1c61a95f1c61a9")
        detail.inFlight = [4_194_304, 3_000_000, 2_000_000, 805_696].enumerated().map { index, bytes in
            RequestSnapshot(
                chunk: 37 + index, range: ByteRange(0, 1), chunkBytes: bytes, bytesPerSecond: 800_000,
                timeToFirstByte: nil, status: nil)
        }
        var snapshot = EngineSnapshot(
            takenAt: Instant(nanoseconds: 1_000_000_000), takenAtWall: WallTime(milliseconds: 43_471_000))
        snapshot.transfers = [upload]
        snapshot.watched = detail
        snapshot.isIdle = false
        snapshot.events = [
            event(43_468, 1, .info, "#35 is stored: only the answer was lost"),
            event(43_470, 1, .retry, "#41 it came to the server with other bytes than were sent, again in 1.6 s"),
        ]
        return snapshot
    }

    /// An upload whose first large chunks are on their way: nothing is acknowledged yet.
    static var sending: EngineSnapshot {
        var snapshot = uploading
        var upload = snapshot.transfers[0]
        upload.bytesDone = 0
        upload.bytesPerSecond = 0
        upload.bytesSentPerSecond = 1_100_000
        upload.timeLeft = nil
        upload.bytesInFlight = 61_000_000
        upload.retries = 0
        upload.connections = 2
        upload.explanation = nil
        upload.chunks = chunks(4, safe: 0)
        upload.chunks[0] = ChunkStatus(state: .active, share: 133)
        upload.chunks[1] = ChunkStatus(state: .active, share: 98)
        upload.chunksTotal = 4
        upload.chunksDone = 0
        snapshot.transfers = [upload]
        snapshot.events = []
        snapshot.watched?.chunkSize = 64 << 20
        snapshot.watched?.throughput = (0..<50).map { 900_000 + Double($0 * 7919 % 13) * 40_000 }
        snapshot.watched?.inFlight = [35_000_000, 26_000_000].enumerated().map { index, bytes in
            RequestSnapshot(
                chunk: index, range: ByteRange(0, 1), chunkBytes: bytes, bytesPerSecond: 550_000,
                timeToFirstByte: nil, status: nil)
        }
        return snapshot
    }

    /// The same, with all that is known of a chunk that the server has.
    static var acknowledged: EngineSnapshot {
        var snapshot = uploading
        var chunk = WatchedChunk(index: 20, range: ByteRange(20 << 22, 21 << 22), safeBytes: 1 << 22, triesAllowed: 10)
        chunk.receipt = Receipt(
            sha256: String(repeating: "5f1c61a9", count: 8), entityTag: "\"9a0364b9e99bb480dd25e1f0284c8555\"",
            storedAt: WallTime(milliseconds: 43_460_000))
        snapshot.watched?.chunk = chunk
        snapshot.watched?.speeds.set(810_000, at: 20, of: 64)
        snapshot.watched?.latencies.set(5_200_000, at: 20, of: 64)
        return snapshot
    }

    /// The same to an object store.
    static var storing: EngineSnapshot {
        var snapshot = uploading
        snapshot.transfers[0].destination = SafeText("s3://backup/2026/photos.tar")
        return snapshot
    }

    /// `count` transfers of which every third moves.
    static func many(_ count: Int) -> EngineSnapshot {
        var snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
        snapshot.transfers = (0..<Int64(count)).map { index -> TransferSnapshot in
            let state: TransferState = index % 3 == 0 ? .active : .queued
            return transfer(index + 1, "file-\(index).bin", state, done: index, total: Int64(count))
        }
        return snapshot
    }

    /// A state that has seen `snapshot` and then had these keys pressed.
    static func state(_ snapshot: EngineSnapshot, size: Size = standard, keys: [Key] = []) -> AppState {
        var state = AppState(size: size)
        _ = state.update(.snapshot(snapshot))
        for key in keys { _ = state.update(.key(key)) }
        return state
    }

    private static func event(_ seconds: Int64, _ id: Int64, _ kind: EngineEvent.Kind, _ text: String) -> EngineEvent {
        EngineEvent(
            at: WallTime(milliseconds: seconds * 1000), transfer: TransferID(id), kind: kind, text: SafeText(text))
    }

    private static func attempt(
        _ chunk: Int, _ seconds: Int64, bytes: Int64, status: Int, _ error: TransferError
    ) -> Attempt {
        Attempt(
            chunk: chunk, startedAt: WallTime(milliseconds: seconds * 1000), timeToFirstByte: .milliseconds(88),
            duration: .milliseconds(640), bytes: bytes, status: status, outcome: .failure(error))
    }
}

/// What the engine was asked for, as text.
func engineCommands(_ commands: [Command]) -> [String] {
    commands.compactMap { command in
        if case .engine(let command) = command { return "\(command)" }
        return nil
    }
}
