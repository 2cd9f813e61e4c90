import TransferCore
import WireProtocols

extension BucketClient {
    /// The longest list that is gathered in memory: more is too much for one command.
    private static let longestList = 250_000
    /// Of a hundred entries each, which is what stores with the smallest pages send.
    private static let mostPages = 2500

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

    /// Whether there is an object of that key, as far as these credentials may look: who may write need not.
    func showsObject(_ key: String) async throws(TransferError) -> Bool {
        do throws(TransferError) {
            return try await hasObject(key)
        } catch {
            guard error.code == .forbidden else { throw error }
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
    ///
    /// - Parameter prefix: Below which the upload was listed.
    func abort(_ upload: S3Upload, listedBelow prefix: String) async throws(TransferError) {
        do throws(TransferError) {
            for _ in 0..<10 {
                _ = try await send(.abort(try location(upload.key), uploadID: upload.uploadID))
                if try await parts(of: upload).isEmpty { return }
                try? await Task.sleep(for: .milliseconds(500))
            }
        } catch {
            guard error.code == .uploadLost else { throw error }
            // That is what was wanted, unless the store knows the upload by another key than it has listed.
            guard try await uploads(below: prefix).contains(where: { $0.uploadID == upload.uploadID }) else { return }
            throw TransferError(
                .refused, "the store lists it still, but says that it has no such upload: nothing was aborted")
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
        var pages = 0
        repeat {
            let (more, next) = try await page(marker)
            pages += 1
            items += more
            guard items.count <= Self.longestList else {
                throw TransferError(
                    .tooLarge, "the list is longer than \(Self.longestList) entries: name a longer prefix")
            }
            guard next == nil || next != marker && pages < Self.mostPages else {
                throw TransferError(.badResponse, "the store answers with a list that has no end")
            }
            marker = next
        } while marker != nil
        return items
    }
}
