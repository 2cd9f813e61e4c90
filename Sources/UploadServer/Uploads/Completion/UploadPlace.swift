import TransferCore

/// Where the bytes of new uploads go: the part of a registration that depends on it.
protocol UploadPlace: Sendable {
    /// Throws a ``Problem`` if nothing may get that name.
    func checkName(_ name: FileName, of owner: Owner) async throws

    /// Throws a ``Problem`` if so many bytes are too many now.
    func checkRoom(for size: Int64) async throws

    /// Makes what has to be there before the upload is recorded, and says what is to be recorded of it.
    func prepare(_ id: UploadID, _ registration: Registration, of owner: Owner) async throws -> PreparedUpload

    /// Takes back what ``prepare(_:_:of:)`` has made or tried to make.
    func discard(_ id: UploadID) async

    /// Makes what can be there only after the upload was recorded, unless it is there.
    func open(_ upload: UploadRecord) async throws -> UploadRecord
}

/// What a place says of a new upload.
struct PreparedUpload: Sendable {
    var plan: ChunkPlan
    var status: UploadStage
    var file: InodeIdentity
    var object: StoreUpload?
}

/// A place of our own: one file for each upload.
struct FilePlace: UploadPlace {
    let storage: any ChunkStorage
    let readers: Workers
    /// New files are made durable on threads of their own, so that no chunk waits for it.
    let creators: Workers
    let remover: FileRemover
    let gauge: DiskGauge
    let settings: UploadSettings

    func checkName(_ name: FileName, of owner: Owner) async throws {
        let isTaken = try await readers.run { [storage] in try storage.isTaken(name, of: owner) }
        if isTaken { throw Problem.nameTaken }
    }

    func checkRoom(for size: Int64) async throws {
        try await readers.run { [gauge] in try gauge.demand(size, isTaken: false) }
    }

    /// First the file: one without an upload is found and deleted at the next start.
    func prepare(_ id: UploadID, _ registration: Registration, of owner: Owner) async throws -> PreparedUpload {
        let file = try await creators.run { [storage] in try storage.create(id, size: registration.size) }
        return PreparedUpload(plan: registration.plan(settings), status: .inProgress, file: file)
    }

    func discard(_ id: UploadID) async { await remover.remove(id) }

    func open(_ upload: UploadRecord) async throws -> UploadRecord { upload }
}
