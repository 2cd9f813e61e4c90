import TransferCore

/// The unfinished uploads of one key, page by page.
struct UploadsListing: Sendable {
    /// Where the next page begins.
    private(set) var marker: S3UploadsPage.Marker?
    private let location: S3Location
    private var newest: [S3Upload] = []
    private var pages = 0

    /// Of a thousand uploads each.
    private static let mostPages = 1000
    /// Each of them costs a request to look into.
    private static let mostUploads = 20

    /// - Parameter location: Stores list uploads of all keys that begin as its key.
    init(_ location: S3Location) {
        self.location = location
    }

    /// The uploads that were begun at that time or later by the store's clock, newest first.
    func uploads(since time: WallTime) -> [S3Upload] {
        newest.filter { Self.time($0) >= time }
    }

    /// Takes in the next page. Returns whether it was the last one.
    ///
    /// - Throws: ``TransferError/Code/badResponse`` if the pages have no end.
    mutating func take(_ page: S3UploadsPage) throws(TransferError) -> Bool {
        pages += 1
        guard page.next == nil || page.next != marker && pages < Self.mostPages else {
            throw TransferError(.badResponse, "the store answers with a list of uploads that has no end")
        }
        let found = page.uploads.filter { location.hasKey($0.key) && $0.initiated != nil }
        newest = Array((newest + found).sorted { Self.time($0) > Self.time($1) }.prefix(Self.mostUploads))
        marker = page.next
        return marker == nil
    }

    private static func time(_ upload: S3Upload) -> WallTime {
        upload.initiated ?? WallTime(milliseconds: .min)
    }
}
