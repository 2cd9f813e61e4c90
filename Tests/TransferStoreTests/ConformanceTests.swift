import TestSupport
import Testing
import TransferCore

@testable import TransferStore

/// What every store promises, shown with each of them.
@Suite("Every store")
struct ConformanceTests {
    private let now = WallTime(milliseconds: 1_700_000_000_123)
    private let nobody = TransferID(999)

    @Test("is empty at first", arguments: StoreKind.allCases)
    func empty(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        #expect(try store.loadQueue().isEmpty)
        #expect(try store.loadChunks(of: nobody).isEmpty)
        #expect(try store.loadAttempts(of: nobody).isEmpty)
        #expect(try store.insert([], at: now).isEmpty)
        try store.commit(StoreBatch())
    }

    @Test("gives rising ids and never uses one again, not even after a restart", arguments: StoreKind.allCases)
    func ids(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let first = try fixture.store.insert([.sample(1), .sample(2), .sample(3)], at: now)
        #expect(first.map(\.source) == [1, 2, 3].map { NewTransfer.sample($0).source })
        #expect(first.map(\.id) == first.map(\.id).sorted())
        try fixture.store.commit(.with { $0.removed = first.map(\.id) })
        try fixture.reopen()
        let second = try fixture.store.insert([.sample()], at: now)
        #expect(try #require(second.first).id > first[2].id)
    }

    @Test("keeps every field of a wish", arguments: StoreKind.allCases)
    func wishes(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let records = try fixture.store.insert([.sample(), .full], at: now)
        #expect(records[1] == TransferRecord(id: records[1].id, wish: .full, createdAt: now))
        #expect(try fixture.store.loadQueue() == records)
        try fixture.reopen()
        #expect(try fixture.store.loadQueue() == records)
    }

    @Test("keeps every field of a record, and none", arguments: StoreKind.allCases)
    func records(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        var record = try fixture.store.insert([.full], at: now)[0]
        let bare = record
        record.fill()
        // A property that is added later has to be filled as well.
        #expect(!Mirror(reflecting: record).children.contains { "\($0.value)" == "nil" })
        try fixture.store.commit(.with { $0.records = [record] })
        try fixture.reopen()
        #expect(try fixture.store.loadQueue() == [record])

        record.version?.validator = Validator()
        record.version?.size = nil
        record.version?.contentEncoding = nil
        record.version?.digest = nil
        record.version?.isResumable = false
        try fixture.store.commit(.with { $0.records = [record] })
        #expect(try fixture.store.loadQueue() == [record])

        try fixture.store.commit(.with { $0.records = [bare] })
        try fixture.reopen()
        #expect(try fixture.store.loadQueue() == [bare])
    }

    @Test("keeps every state and every error code", arguments: StoreKind.allCases)
    func codes(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let codes = TransferError.Code.allCases
        var records = try fixture.store.insert(codes.map { _ in .sample() }, at: now)
        for (index, code) in codes.enumerated() {
            records[index].error = TransferError(code, "")
            records[index].state = TransferState.allCases[index % TransferState.allCases.count]
        }
        try fixture.store.commit(.with { $0.records = records })
        #expect(try fixture.store.loadQueue() == records)
    }

    @Test("leaves the counters alone when it replaces a record", arguments: StoreKind.allCases)
    func counters(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        var record = try store.insert([.sample()], at: now)[0]
        try store.commit(.with { $0.progress[record.id] = StoredProgress(bytesDone: .max, chunksDone: .max) })
        record.state = .paused
        record.bytesDone = 7
        try store.commit(.with { $0.records = [record] })
        let loaded = try #require(try store.loadQueue().first)
        #expect(loaded.state == .paused)
        #expect(loaded.bytesDone == .max && loaded.chunksDone == .max)
    }

    @Test("writes chunks over one another and drops empty ones", arguments: StoreKind.allCases)
    func chunks(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let ids = try fixture.store.insert([.sample(1), .sample(2)], at: now).map(\.id)
        try fixture.store.commit(
            .with {
                $0.chunks[ids[0]] = [
                    ChunkBookmark(index: 9, bytes: .max, checksum: .max),
                    ChunkBookmark(index: 2, bytes: 1, checksum: 0),
                    ChunkBookmark(index: 0, bytes: 5, checksum: 6),
                ]
                $0.chunks[ids[1]] = [ChunkBookmark(index: 2, bytes: 8, checksum: 8)]
            })
        try fixture.store.commit(
            .with {
                $0.chunks[ids[0]] = [
                    ChunkBookmark(index: 2, bytes: 4, checksum: 0x8000_0000),
                    ChunkBookmark(index: 0, bytes: 0, checksum: 0), ChunkBookmark(index: 77, bytes: 0, checksum: 0),
                ]
            })
        try fixture.reopen()
        #expect(
            try fixture.store.loadChunks(of: ids[0]) == [
                ChunkBookmark(index: 2, bytes: 4, checksum: 0x8000_0000),
                ChunkBookmark(index: 9, bytes: .max, checksum: .max),
            ])
        #expect(try fixture.store.loadChunks(of: ids[1]) == [ChunkBookmark(index: 2, bytes: 8, checksum: 8)])
        #expect(try fixture.store.loadChunk(9, of: ids[0]) == ChunkBookmark(index: 9, bytes: .max, checksum: .max))
        #expect(try fixture.store.loadChunk(9, of: ids[1]) == nil)
    }

    @Test("forgets chunks before it writes new ones in the same batch", arguments: StoreKind.allCases)
    func forgotten(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        let id = try store.insert([.sample()], at: now)[0].id
        try store.commit(
            .with {
                $0.chunks[id] = [
                    ChunkBookmark(index: 0, bytes: 1, checksum: 1), ChunkBookmark(index: 1, bytes: 1, checksum: 1),
                ]
                $0.progress[id] = StoredProgress(bytesDone: 2, chunksDone: 2)
            })
        try store.commit(
            .with {
                $0.forgottenChunks = [id]
                $0.chunks[id] = [ChunkBookmark(index: 1, bytes: 3, checksum: 3)]
            })
        #expect(try store.loadChunks(of: id) == [ChunkBookmark(index: 1, bytes: 3, checksum: 3)])
        let record = try #require(try store.loadQueue().first)
        #expect(record.bytesDone == 0 && record.chunksDone == 0)

        try store.commit(
            .with {
                $0.forgottenChunks = [id]
                $0.progress[id] = StoredProgress(bytesDone: 1, chunksDone: 0)
            })
        #expect(try store.loadChunks(of: id).isEmpty)
        #expect(try #require(try store.loadQueue().first).bytesDone == 1)
    }

    @Test("removes a transfer with all that belongs to it", arguments: StoreKind.allCases)
    func removed(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        let records = try store.insert([.sample(1), .sample(2)], at: now)
        let id = records[0].id
        let everything = StoreBatch.with {
            $0.records = [records[0]]
            $0.chunks[id] = [ChunkBookmark(index: 0, bytes: 1, checksum: 1)]
            $0.progress[id] = StoredProgress(bytesDone: 1, chunksDone: 1)
            $0.attempts[id] = [.sample(0, at: 1)]
        }
        try store.commit(everything)
        // A removal comes first, so that the rest of its batch finds nobody.
        var last = everything
        last.removed = [id]
        try store.commit(last)
        #expect(try store.loadQueue() == [records[1]])
        #expect(try store.loadChunks(of: id).isEmpty)
        #expect(try store.loadAttempts(of: id).isEmpty)
    }

    @Test("passes over transfers that it does not know", arguments: StoreKind.allCases)
    func unknown(_ kind: StoreKind) throws {
        let store = try StoreFixture(kind).store
        let known = try store.insert([.sample()], at: now)[0]
        try store.commit(
            .with {
                $0.removed = [nobody]
                $0.forgottenChunks = [nobody]
                $0.records = [TransferRecord(id: nobody, wish: .sample(), createdAt: now)]
                $0.chunks[nobody] = [ChunkBookmark(index: 0, bytes: 1, checksum: 1)]
                $0.progress[nobody] = StoredProgress(bytesDone: 1, chunksDone: 1)
                $0.attempts[nobody] = [.sample(0, at: 1)]
                $0.progress[known.id] = StoredProgress(bytesDone: 1, chunksDone: 0)
            })
        #expect(try store.loadQueue().map(\.bytesDone) == [1])
        #expect(try store.loadChunks(of: nobody).isEmpty)
        #expect(try store.loadAttempts(of: nobody).isEmpty)
    }

    @Test("changes nothing when a batch fails", arguments: StoreKind.allCases)
    func atomicity(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        var records = try fixture.store.insert([.sample(1), .sample(2)], at: now)
        let id = records[0].id
        let bookmark = ChunkBookmark(index: 0, bytes: 1, checksum: 1)
        try fixture.store.commit(.with { $0.chunks[id] = [bookmark] })
        let before = records
        records[0].fill()
        try fixture.failNextCommit()
        let batch = StoreBatch.with {
            $0.removed = [records[1].id]
            $0.forgottenChunks = [id]
            $0.records = records
            $0.progress[id] = StoredProgress(bytesDone: 9, chunksDone: 9)
            $0.attempts[id] = [.sample(0, at: 1)]
        }
        #expect(throws: (any Error).self) { try fixture.store.commit(batch) }
        #expect(try fixture.store.loadQueue() == before)
        #expect(try fixture.store.loadChunks(of: id) == [bookmark])
        try fixture.reopen()
        #expect(try fixture.store.loadQueue() == before)
        // The store goes on.
        try fixture.store.commit(.with { $0.progress[id] = StoredProgress(bytesDone: 9, chunksDone: 9) })
        #expect(try fixture.store.loadQueue()[0].bytesDone == 9)
    }

    @Test("holds ten thousand transfers in their order", arguments: StoreKind.allCases)
    func many(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let records = try fixture.store.insert((0..<10_000).map { .sample($0) }, at: now)
        try fixture.reopen()
        #expect(try fixture.store.loadQueue() == records)
        try fixture.store.commit(.with { $0.removed = records.dropLast().map(\.id) })
        #expect(try fixture.store.loadQueue() == records.suffix(1))
    }
}
