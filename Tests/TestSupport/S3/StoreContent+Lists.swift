import Foundation

extension StoreContent {
    /// `ListParts`.
    func list(_ id: String, _ upload: Upload, after marker: String?, _ rules: StoreRules) -> StoreReply {
        let marker = marker.flatMap { Int($0) } ?? 0
        let numbers = upload.parts.keys.filter { $0 > marker }.sorted()
        let page = numbers.prefix(rules.pageSize)
        let isTruncated = page.count < numbers.count
        var xml = "<Key>\(StoreReply.escaped(upload.key))</Key><UploadId>\(id)</UploadId>"
        xml += "<PartNumberMarker>\(marker)</PartNumberMarker><MaxParts>\(rules.pageSize)</MaxParts>"
        xml += "<IsTruncated>\(isTruncated)</IsTruncated>"
        if let last = page.last { xml += "<NextPartNumberMarker>\(last)</NextPartNumberMarker>" }
        if upload.hasChecksums {
            xml += "<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType>"
        }
        for number in page {
            guard let part = upload.parts[number] else { continue }
            xml += "<Part><PartNumber>\(number)</PartNumber><LastModified>2026-11-23T11:26:50.000Z</LastModified>"
            xml += "<ETag>\(StoreReply.escaped(part.entityTag))</ETag><Size>\(part.bytes.count)</Size>"
            if let sha256 = part.sha256 { xml += "<ChecksumSHA256>\(sha256)</ChecksumSHA256>" }
            xml += "</Part>"
        }
        return StoreReply("ListPartsResult", xml)
    }

    /// `ListMultipartUploads`, on one page.
    func list(prefix: String) -> StoreReply {
        var xml = "<Prefix>\(StoreReply.escaped(prefix))</Prefix><IsTruncated>false</IsTruncated>"
        for (id, upload) in uploads.sorted(by: { $0.key < $1.key }) where upload.key.hasPrefix(prefix) {
            xml += "<Upload><Key>\(StoreReply.escaped(upload.key))</Key><UploadId>\(id)</UploadId>"
            xml += "<Initiated>\(Self.date(upload.initiated))</Initiated></Upload>"
        }
        return StoreReply("ListMultipartUploadsResult", xml)
    }

    private static func date(_ seconds: Int) -> String {
        var (seconds, parts) = (seconds, tm())
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 40)
        strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S.000Z", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
