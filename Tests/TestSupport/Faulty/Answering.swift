import Foundation
import TransferCore

/// Works out the answer to a request: first the file as the faults make it look, then the rules of RFC 9110 as far as
/// the faults leave them in force, then what the faults do to the finished answer.
struct Answering {
    let request: RecordedRequest
    let actions: [Fault.Action]

    private var ignoresRanges = false
    private var hidesRanges = false
    private var ignoresConditions = false

    init(_ request: RecordedRequest, _ actions: [Fault.Action]) {
        self.request = request
        self.actions = actions
        for action in actions {
            switch action {
            case .ignoreRanges: (ignoresRanges, hidesRanges) = (true, true)
            case .wholeAnswer: ignoresRanges = true
            case .ignoreConditions: ignoresConditions = true
            default: break
            }
        }
    }

    func answer(_ original: ServedFile?) -> Answer {
        var answer: Answer
        if let original {
            answer = answerByTheRules(representation(of: original))
        } else {
            answer = Answer(status: 404)
        }
        answer.set("Date", HTTPDate.now)
        for action in actions { apply(action, to: &answer) }
        if request.method == "HEAD" || answer.status == 304 { answer.hasBody = false }
        if request["Connection"]?.lowercased() == "close" { answer.closes = true }
        return answer
    }

    /// The file with its fields.
    private struct Representation {
        var content: ServedFile.Content
        var entityTag: String?
        var lastModified: String?
        var encoding: String?
    }

    private func representation(of original: ServedFile) -> Representation {
        var file = original
        for case .version2(let change) in actions { file = original.version2(change) }
        var result = Representation(
            content: file.content, entityTag: file.entityTag, lastModified: file.lastModified, encoding: nil)
        for action in actions {
            switch action {
            case .weakEntityTag: result.entityTag = "W/" + file.entityTag
            case .noEntityTag: result.entityTag = nil
            case .noLastModified: result.lastModified = nil
            case .noValidator: (result.entityTag, result.lastModified) = (nil, nil)
            case .lastModifiedIsNow: result.lastModified = HTTPDate.now
            case .unaskedGzip:
                result.content = .bytes(Gzip.stored(file.content.bytes(0..<file.content.size)))
                result.encoding = "gzip"
            default: break
            }
        }
        return result
    }

    private func answerByTheRules(_ file: Representation) -> Answer {
        guard request.method == "GET" || request.method == "HEAD" else {
            return Answer(status: 405, fields: [HeaderField("Allow", "GET, HEAD")])
        }
        var answer = Answer(status: 200)
        answer.content = file.content
        if let entityTag = file.entityTag { answer.set("ETag", entityTag) }
        if let lastModified = file.lastModified { answer.set("Last-Modified", lastModified) }
        if let encoding = file.encoding { answer.set("Content-Encoding", encoding) }
        if !hidesRanges { answer.set("Accept-Ranges", "bytes") }

        if !ignoresConditions, let status = failedCondition(file) {
            answer.status = status
            return answer
        }
        let size = file.content.size
        answer.body = [.file(0..<size)]
        // HEAD must ignore Range (RFC 9110 §14.2).
        guard request.method == "GET", !ignoresRanges, ifRangeHolds(file), let wanted = RangeField(request.range) else {
            return answer
        }
        if let range = wanted.resolve(size) {
            answer.status = 206
            answer.body = [.file(range)]
            answer.set("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
        } else {
            answer.status = 416
            answer.body = []
            answer.set("Content-Range", "bytes */\(size)")
        }
        return answer
    }

    /// RFC 9110 §13.2.2.
    private func failedCondition(_ file: Representation) -> Int? {
        if let wanted = request["If-Match"] {
            guard let tag = file.entityTag else { return 412 }
            return wanted == "*" || !tag.hasPrefix("W/") && Self.tags(wanted).contains(tag) ? nil : 412
        }
        if let since = request["If-Unmodified-Since"].flatMap(HTTPDate.parse),
            let modified = file.lastModified.flatMap(HTTPDate.parse), modified > since
        {
            return 412
        }
        if let unwanted = request["If-None-Match"], let tag = file.entityTag {
            return unwanted == "*" || Self.tags(unwanted).contains(tag) ? 304 : nil
        }
        return nil
    }

    private func ifRangeHolds(_ file: Representation) -> Bool {
        guard let wanted = request["If-Range"], !ignoresConditions else { return true }
        return wanted.hasSuffix("\"")
            ? wanted == file.entityTag && !wanted.hasPrefix("W/") : wanted == file.lastModified
    }

    private static func tags(_ list: String) -> [String] {
        list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    func digest(_ bytes: [UInt8]) -> String {
        "sha-256=:\(Data(SHA256.hash(bytes)).base64EncodedString()):"
    }
}
