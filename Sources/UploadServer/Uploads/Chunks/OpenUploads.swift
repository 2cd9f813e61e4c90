import Synchronization

/// All uploads that requests are about, and some that may come back soon.
///
/// Everything that touches an upload enters it here first and looks it up afterwards. So there is one ``OpenUpload``
/// for all of them, and one that was removed cannot be entered with what was known of it before.
final class OpenUploads: Sendable {
    /// How many uploads stay open without anybody working on them.
    private static let idleLimit = 64

    private struct Entry: Sendable {
        var upload: OpenUpload
        var users: Int
    }

    private struct State: Sendable {
        var entries: [UploadID: Entry] = [:]
        /// Longest idle first.
        var idle: [UploadID] = []
    }

    private let ledger: any UploadLedger
    private let readers: Workers
    private let takeoverAfter: Duration
    private let state = Mutex(State())

    init(ledger: any UploadLedger, readers: Workers, takeoverAfter: Duration) {
        self.ledger = ledger
        self.readers = readers
        self.takeoverAfter = takeoverAfter
    }

    /// Works with an upload; `nil` if there is none of that id.
    func with<Value: Sendable>(
        _ id: UploadID, _ body: (OpenUpload, UploadRecord) async throws -> Value
    ) async throws -> Value? {
        let upload = enter(id)
        defer { leave(upload) }
        guard let record = try await lookUp(upload) else { return nil }
        return try await body(upload, record)
    }

    /// Takes an upload out after it has ended.
    func forget(_ upload: OpenUpload) {
        state.withLock { state in
            guard state.entries[upload.id]?.upload === upload else { return }
            state.entries[upload.id] = nil
            state.idle.removeAll { $0 == upload.id }
        }
    }

    /// Stops all work that no request waits for, and waits until it has stopped.
    func cancelAssemblies() async {
        let assemblies = state.withLock { $0.entries.values.compactMap(\.upload.assembly) }
        for assembly in assemblies { assembly.cancel() }
        for assembly in assemblies { await assembly.end() }
    }

    private func lookUp(_ upload: OpenUpload) async throws -> UploadRecord? {
        if let record = upload.record { return record }
        let found = try await readers.run { [ledger] in try ledger.upload(upload.id) }
        // Of what has ended the ledger keeps a note for some time only, and there is nothing to keep together. What is
        // about to end is another matter: here its status goes ahead of the ledger's.
        if found?.status.isGone ?? true { forget(upload) }
        return found.map { upload.learn($0) }
    }

    private func enter(_ id: UploadID) -> OpenUpload {
        state.withLock { state in
            if var entry = state.entries[id] {
                if entry.users == 0 { state.idle.removeAll { $0 == id } }
                entry.users += 1
                state.entries[id] = entry
                return entry.upload
            }
            let upload = OpenUpload(id, takeoverAfter: takeoverAfter)
            state.entries[id] = Entry(upload: upload, users: 1)
            return upload
        }
    }

    private func leave(_ upload: OpenUpload) {
        state.withLock { state in
            guard var entry = state.entries[upload.id], entry.upload === upload else { return }
            entry.users -= 1
            state.entries[upload.id] = entry
            guard entry.users == 0 else { return }
            state.idle.append(upload.id)
            if state.idle.count > Self.idleLimit { state.entries[state.idle.removeFirst()] = nil }
        }
    }
}
