import TransferCore

/// The object store as the place of new uploads.
struct StorePlace: UploadPlace {
    /// Smaller parts would be many, and each costs a request of its own; in bytes.
    private static let smallestChunk: Int64 = 8 << 20

    let settings: ObjectStoreSettings
    let store: any ObjectStore
    let opener: StoreOpener

    /// Where it cannot be known, the end of the upload tells: nothing is replaced then.
    func checkName(_ name: FileName, of owner: Owner) async throws {
        let object = try settings.object(name, of: owner)
        let isTaken = try await StoreFailure.translating { try await store.visibleObject(at: object) != nil }
        if isTaken { throw Problem.nameTaken }
    }

    func checkRoom(for size: Int64) async throws {}

    /// Nothing is made yet: what the store is told of must be found again after a crash.
    func prepare(_ id: UploadID, _ registration: Registration, of owner: Owner) async throws -> PreparedUpload {
        let chunkSize = ChunkPlan.partSize(
            forSize: registration.size, wish: max(registration.chunkSize ?? 0, Self.smallestChunk))
        return PreparedUpload(
            plan: ChunkPlan(size: registration.size, exactChunkSize: chunkSize),
            status: registration.size == 0 ? .inProgress : .creating, file: InodeIdentity(inode: 0, birthTime: 0),
            object: StoreUpload(location: try settings.object(registration.name, of: owner)))
    }

    func discard(_ id: UploadID) async {}

    func open(_ upload: UploadRecord) async throws -> UploadRecord {
        try await StoreFailure.translating { try await opener.open(upload) }
    }
}
