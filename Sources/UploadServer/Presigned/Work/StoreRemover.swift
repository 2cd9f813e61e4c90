import TransferCore

/// Ends uploads at the object store before they end here: afterwards nobody would know of them.
struct StoreRemover: UploadRemains {
    /// As often as an upload may have begun without an answer.
    private static let mostTries = 5

    let store: any ObjectStore
    let lost: LostUploads

    func removeBeforeNote(of upload: UploadRecord) async throws {
        guard let object = upload.object else { return }
        try await StoreFailure.translating {
            if object.uploadID != nil { return try await store.end(object) }
            // Each time that it was asked to, the store may have begun one.
            for _ in 0..<Self.mostTries {
                guard let found = try await lost.find(upload) else { return }
                try await store.end(found)
            }
        }
    }

    func removeAfterNote(of upload: UploadRecord) async {}

    func retry() async {}
}

extension ObjectStore {
    /// Ends an upload, and sees to it that none of its parts is left.
    func end(_ upload: StoreUpload) async throws {
        // A part that was on its way may arrive after the end of its upload, and needs another one.
        for _ in 0..<5 {
            try await abort(upload)
            if try await isEmpty(upload) { return }
        }
        throw TransferError(.serverBusy, "parts of the upload are still arriving")
    }

    private func isEmpty(_ upload: StoreUpload) async throws -> Bool {
        do {
            return try await parts(of: upload).isEmpty
        } catch let error as TransferError where error.code == .uploadLost {
            return true
        }
    }
}
