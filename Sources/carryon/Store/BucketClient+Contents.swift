import TransferCore
import WireProtocols

extension BucketClient {
    /// The longest list that is gathered in memory: more is too much for one command.
    private static let longestList = 250_000

    /// Every object whose key begins with `prefix`.
    func objects(below prefix: String) async throws(TransferError) -> [S3Object] {
        let location = try location(prefix)
        return try await pages { (token: String?) async throws(TransferError) in
            let page = try S3Answers.objects(try await send(.listObjects(location, after: token)).body)
            return (page.objects, page.nextToken)
        }
    }

    /// Whether there is an object of exactly that key.
    func hasObject(_ key: String) async throws(TransferError) -> Bool {
        do throws(TransferError) {
            _ = try await send(.head(try location(key), wantsChecksum: false))
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Every unfinished upload to a key that begins with `prefix`.
    func uploads(below prefix: String) async throws(TransferError) -> [S3Upload] {
        let location = try location(prefix)
        return try await pages { (marker: S3UploadsPage.Marker?) async throws(TransferError) in
            let page = try S3Answers.uploads(try await send(.listUploads(location, after: marker)).body)
            return (page.uploads, page.next)
        }
    }

    /// Every part of an unfinished upload; a part that was sent more than once may be there more than once.
    ///
    /// - Throws: ``TransferError/Code/uploadLost`` if there is no such upload.
    func parts(of upload: S3Upload) async throws(TransferError) -> StoredParts {
        let location = try location(upload.key)
        var algorithm: ObjectChecksum.Algorithm?
        let parts = try await pages { (marker: Int?) async throws(TransferError) in
            let answer = try await send(.listParts(location, uploadID: upload.uploadID, after: marker))
            let page = try S3Answers.parts(answer.body)
            algorithm = algorithm ?? page.algorithm
            return (page.parts, page.nextMarker)
        }
        return StoredParts(parts, algorithm: algorithm)
    }

    /// Has the store forget an unfinished upload with all its parts. A part that was on its way meanwhile may be stored
    /// after that, so that this is repeated until nothing is left.
    func abort(_ upload: S3Upload) async throws(TransferError) {
        do throws(TransferError) {
            for _ in 0..<10 {
                _ = try await send(.abort(try location(upload.key), uploadID: upload.uploadID))
                if try await parts(of: upload).isEmpty { return }
                try? await Task.sleep(for: .milliseconds(500))
            }
        } catch {
            // That is what was wanted.
            if error.code == .uploadLost { return }
            throw error
        }
        throw TransferError(
            .serverBusy, "parts of it are still there: it is being sent by somebody, so try again later")
    }

    private func location(_ key: String) throws(TransferError) -> S3Location {
        try S3Location(bucket: bucket, key: key)
    }

    /// Gathers all pages of a list.
    private func pages<Item, Marker: Equatable>(
        _ page: (Marker?) async throws(TransferError) -> ([Item], next: Marker?)
    ) async throws(TransferError) -> [Item] {
        var items: [Item] = []
        var marker: Marker?
        repeat {
            let (more, next) = try await page(marker)
            items += more
            guard items.count <= Self.longestList else {
                throw TransferError(
                    .tooLarge, "the list is longer than \(Self.longestList) entries: name a longer prefix")
            }
            guard next == nil || next != marker else {
                throw TransferError(.badResponse, "the store's list goes round in a circle")
            }
            marker = next
        } while marker != nil
        return items
    }
}
