import TransferCore

/// Ends uploads at the object store before they end here: afterwards nobody would know of them.
struct StoreRemover: UploadRemains {
    /// A part that was on its way may arrive after the end of its upload, and needs another one.
    private static let mostTries = 5

    let store: any ObjectStore

    func removeBeforeNote(of upload: UploadRecord) async throws {
        guard let object = upload.object, object.uploadID != nil else { return }
        try await StoreFailure.translating {
            for _ in 0..<Self.mostTries {
                try await store.abort(object)
                if try await isEmpty(object) { return }
            }
            throw TransferError(.serverBusy, "parts of the upload are still arriving")
        }
    }

    private func isEmpty(_ object: StoreUpload) async throws -> Bool {
        do {
            return try await store.parts(of: object).isEmpty
        } catch let error as TransferError where error.code == .uploadLost {
            return true
        }
    }

    func removeAfterNote(of upload: UploadRecord) async {}

    func retry() async {}
}
