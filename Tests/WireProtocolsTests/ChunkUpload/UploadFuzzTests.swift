import Testing
import TransferCore
import WireProtocols

/// Nothing that a server answers to an upload may bring the client down, or pass for success that is none. The seed is
/// fixed, so that a failure comes back.
@Suite("Hostile answers to uploads")
struct UploadFuzzTests {
    private static let rounds = 20_000

    private static let pieces = [
        "{", "}", "[", "]", "[[", "]]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "0", "1", "3", "-1",
        "99", "1000", "9223372036854775807", "9223372036854775808", "1e300", "0.5", "NaN", "\"size\"", "\"chunkSize\"",
        "\"status\"", "\"receivedChunks\"", "\"index\"", "\"checksum\"", "\"sha256\"", "\"type\"", "\"detail\"",
        "\"complete\"", "\"in_progress\"", "urn:carryon:problem:", "name-taken", "\u{0}", "\u{1b}", "\r\n", "\u{202e}",
        "\u{301}", "é", "😀", " ", "<html>", "https://", "h", "/", "//", "uploads", "files", "?", "#", "%", "%2f", "@",
        Uploading.digest, "W/", "..",
    ]
    private static let statuses = [200, 201, 202, 204, 301, 307, 400, 404, 409, 413, 422, 423, 429, 500, 503, 507]

    private static func text(_ random: inout SeededRandom, upTo count: Int = 14) -> String {
        (0..<Int.random(in: 0..<count, using: &random)).reduce(into: "") { text, _ in
            text += pieces.randomElement(using: &random) ?? ""
        }
    }

    /// A proper body with pieces put in and bytes changed.
    private static func body(_ random: inout SeededRandom) -> [UInt8] {
        let proper = [
            Uploading.status(), Uploading.status(["receivedChunks": "[[0,3],[5,9]]"]), "{\"index\":3}",
            "{\"status\":\"complete\",\"sha256\":\"\(Uploading.digest)\"}", Uploading.problem("incomplete"), "",
        ]
        var bytes = Array((proper.randomElement(using: &random) ?? "").utf8)
        if Bool.random(using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            bytes.insert(contentsOf: text(&random, upTo: 6).utf8, at: place)
        }
        for _ in 0..<Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        return bytes
    }

    @Test("answers")
    func answers() {
        var random = SeededRandom(seed: 11)
        var successes = 0
        let names = ["Location", "ETag", "Retry-After", "Content-Type", "Date"]
        for _ in 0..<Self.rounds {
            let task = Uploading.tasks.randomElement(using: &random) ?? .abort
            let status = Self.statuses.randomElement(using: &random) ?? 200
            var fields = [HeaderField("Location", "/uploads/id")]
            for name in names where Int.random(in: 0..<4, using: &random) == 0 {
                fields.append(HeaderField(name, Self.text(&random)))
            }
            let body = Int.random(in: 0..<5, using: &random) == 0 ? Array(Self.text(&random).utf8) : Self.body(&random)
            let outcome = ChunkUpload.judge(
                Uploading.order(task), head: ResponseHead(status: status, fields: fields), body: body,
                digest: Uploading.digest, now: Uploading.now)
            Self.check(outcome, of: task, status)
            if outcome.error == nil { successes += 1 }
        }
        // Else the test would prove nothing about success.
        #expect(successes > 500)
    }

    private static func check(_ outcome: UploadReport.Outcome, of task: UploadOrder.Task, _ status: Int) {
        switch (outcome, task) {
        case (.failed(let error, let wait), _):
            let sentence = error.detail.description
            #expect(!sentence.isEmpty && sentence.utf8.count < 2000)
            #expect(wait == nil || error.disposition == .retry)
        case (.registered(let address, let upload), .register):
            #expect(Origin(address) == Origin(Uploading.destination))
            #expect(upload.size == Uploading.size)
            check(upload)
        case (.status(let upload), .status): check(upload)
        case (.stored(let receipt), .chunk):
            #expect(receipt.sha256 == Uploading.digest && (200...201).contains(status))
        case (.completed, .complete): #expect(status == 200)
        case (.assembling, .complete): #expect((200...202).contains(status))
        case (.aborted, .abort): #expect([200, 204, 404].contains(status))
        default: Issue.record("\(task) ended as \(outcome)")
        }
    }

    private static func check(_ upload: UploadStatus) {
        let count = ChunkPlan(size: upload.size, exactChunkSize: upload.chunkSize).count
        #expect(count <= 1 << 20)
        #expect(upload.received.allSatisfy { $0.lowerBound >= 0 && $0.upperBound < count })
        #expect(zip(upload.received, upload.received.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound })
    }

    @Test("destinations")
    func destinations() {
        var random = SeededRandom(seed: 12)
        for _ in 0..<Self.rounds {
            let path = Self.text(&random, upTo: 8)
            for text in [path, "https://" + path, "https://h/" + path] {
                guard let typed = try? UploadAddress.destination(argument: text, fileName: "own") else { continue }
                let address = UploadAddress(typed)
                #expect(address != nil, "\(typed)")
                guard let address else { continue }
                #expect(Origin(address.base) == Origin(text) && address.base.utf8.last == UInt8(ascii: "/"))
                #expect((try? UploadName.validate(address.name)) != nil)
                #expect(UploadAddress.destination(base: address.base, name: address.name) == typed)
            }
        }
    }
}
