import Logging
import TransferCore

/// Ends uploads at the object store before they end here: afterwards nobody would know of them.
struct StoreRemover: UploadRemains {
    let store: any ObjectStore
    let lost: LostUploads
    let logger: Logger

    func removeBeforeNote(of upload: UploadRecord) async throws {
        guard let object = upload.object else { return }
        try await StoreFailure.translating {
            if object.uploadID != nil { return try await store.end(object) }
            switch try await lost.identify(upload) {
            case .none: return
            case .certain(let found): try await store.end(found)
            case .doubtful:
                logger.warning(
                    "an upload may be left at the object store: others there look just like it, see carryon orphans",
                    metadata: ["upload": "\(upload.id)", "object": "\(object.location.text)"])
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
