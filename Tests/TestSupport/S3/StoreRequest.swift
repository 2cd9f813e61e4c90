import Foundation

/// A request to an object store, understood (Amazon S3 API Reference, "Actions").
public struct StoreRequest: Sendable {
    public enum Operation: String, Sendable {
        case head, get, put, create, part, listParts, listUploads, complete, abort
    }

    public let operation: Operation
    /// Empty for a request of no bucket.
    public let bucket: String
    /// Decoded; empty for a request of the bucket.
    public let key: String
    /// From 1; of a part only.
    public let partNumber: Int?
    /// As the server has recorded it.
    public let recorded: RecordedRequest
    let query: [String: String]

    /// `nil` for what no upload or download of one object asks.
    init?(_ recorded: RecordedRequest) {
        let (path, query) = Self.split(recorded.target, at: "?")
        let (bucket, key) = Self.split(path.dropFirst(), at: "/")
        self.bucket = String(bucket)
        self.key = key.removingPercentEncoding ?? String(key)
        self.query = query.split(separator: "&").reduce(into: [:]) { fields, field in
            let (name, value) = Self.split(field, at: "=")
            fields[String(name)] = value.removingPercentEncoding
        }
        partNumber = self.query["partNumber"].flatMap { Int($0) }
        self.recorded = recorded
        let (isOfUpload, isOfPart) = (self.query["uploadId"] != nil, partNumber != nil)
        switch (recorded.method, self.query["uploads"] != nil, isOfUpload) {
        case ("HEAD", false, false): operation = .head
        case ("GET", false, false): operation = .get
        case ("PUT", false, false): operation = .put
        case ("PUT", false, true) where isOfPart: operation = .part
        case ("GET", true, false): operation = .listUploads
        case ("POST", true, false): operation = .create
        case ("GET", false, true): operation = .listParts
        case ("POST", false, true): operation = .complete
        case ("DELETE", false, true): operation = .abort
        default: return nil
        }
    }

    private static func split(_ text: some StringProtocol, at mark: Character) -> (Substring, Substring) {
        let text = Substring(text)
        guard let index = text.firstIndex(of: mark) else { return (text, "") }
        return (text[..<index], text[text.index(after: index)...])
    }

    /// The operation, and the number of a part: `part 3`.
    public var name: String { partNumber.map { "\(operation.rawValue) \($0)" } ?? operation.rawValue }

    /// What its signature names: `KEY/DATE/REGION/s3/aws4_request`.
    private var scope: [Substring] {
        let credential = recorded["Authorization"]?.split(separator: "Credential=").last?.prefix { $0 != "," }
        return credential?.split(separator: "/") ?? []
    }

    public var accessKey: String? { scope.first.map(String.init) }

    public var region: String? { scope.count == 5 ? String(scope[2]) : nil }

    /// When it says that it was signed, in seconds since 1970.
    var signedAt: Int? {
        // 20261123T114500Z
        guard let date = recorded["x-amz-date"].map(Array.init), date.count == 16 else { return nil }
        func number(_ range: Range<Int>) -> Int32 { Int32(String(date[range])) ?? 0 }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(0..<4) - 1900, number(4..<6) - 1, number(6..<8))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(9..<11), number(11..<13), number(13..<15))
        return timegm(&parts)
    }

    /// Whether it has fields by which a store is to check what it gets.
    var declaresChecksums: Bool {
        recorded.fields.contains {
            let name = $0.name.lowercased()
            return name.hasPrefix("x-amz-checksum-") && name != "x-amz-checksum-mode"
        }
    }

    var isConditional: Bool { recorded["If-None-Match"] == "*" }
}
