import TransferCore

/// What a store has of an upload, page by page.
struct PartsListing: Sendable {
    /// By number. A store may list a part more than once that was sent more than once, and take any of them in the end.
    private(set) var parts: [Int: [S3Part]] = [:]
    /// What the upload was created with, if the store says so.
    private(set) var algorithm: ObjectChecksum.Algorithm?
    private(set) var checksumType: S3ObjectChecksum.Kind?
    /// Where the next page begins.
    private(set) var marker: Int?
    private var count = 0

    /// More entries than any store has a reason to list.
    private static let mostEntries = 100_000

    /// Takes in the next page. Returns whether it was the last one.
    ///
    /// - Throws: ``TransferError/Code/badResponse`` if the page does not follow the one before, so that there may be no
    ///   end.
    mutating func take(_ page: S3PartsPage) throws(TransferError) -> Bool {
        let last = marker ?? 0
        count += page.parts.count
        guard page.parts.allSatisfy({ $0.number > last }), page.nextMarker.map({ $0 > last }) ?? true,
            count <= Self.mostEntries
        else { throw TransferError(.badResponse, "the store answers with a list of parts that leads back") }
        if marker == nil {
            algorithm = page.algorithm
            checksumType = page.checksumType
        }
        for part in page.parts { parts[part.number, default: []].append(part) }
        marker = page.nextMarker
        return marker == nil
    }

    /// The part in the place of a chunk that the receipt proves.
    func part(of chunk: Int, provenBy receipt: Receipt, length: Int64) -> S3Part? {
        parts[chunk + 1]?.first { $0.isProven(by: receipt, length: length) }
    }

    /// What stands in the place of a chunk and is as long as that.
    func candidates(for chunk: Int, length: Int64) -> [S3Part] {
        (parts[chunk + 1] ?? []).filter { $0.size == length }
    }
}
