import Testing
import TransferCore
import WireProtocols

@Suite("What a chunk server tells of an upload")
struct UploadAnswerTests {
    private func register(_ changes: [String: String?] = [:], _ location: [String] = ["/uploads/id"], code: Int = 201)
        -> UploadReport.Outcome
    {
        Uploading.judge(
            Uploading.registration, code, location.map { ("Location", $0) }, Uploading.status(changes))
    }

    private func status(_ changes: [String: String?]) -> UploadReport.Outcome {
        Uploading.judge(.status(receipts: [:]), 200, [], Uploading.status(changes))
    }

    @Test("a registered upload, new or known already", arguments: [200, 201])
    func registered(code: Int) {
        let fresh = UploadStatus(size: 1000, chunkSize: 100, received: [], state: .inProgress)
        #expect(register(code: code) == .registered(address: Uploading.upload, fresh))
        let known = UploadStatus(size: 1000, chunkSize: 250, received: [0...1, 3...3], state: .inProgress)
        let body: [String: String?] = ["chunkSize": "250", "receivedChunks": "[[0,1],[3,3]]", "extra": "{}"]
        #expect(register(body, code: code) == .registered(address: Uploading.upload, known))
    }

    @Test(
        "the address of the upload is resolved where it was told",
        arguments: [
            ("/uploads/id", "https://h/uploads/id"), ("uploads/id", "https://h/c/uploads/id"),
            ("https://h:443/u", "https://h:443/u"), ("https://H/u", "https://H/u"), ("//h/u?a=b", "https://h/u?a=b"),
            ("https://u:p@h/u#f", "https://h/u"), ("/a/../u", "https://h/u"), (" /u ", "https://h/u"),
        ])
    func locations(location: String, expected: String) {
        let outcome = Uploading.judge(
            Uploading.registration, 201, [("Location", location)], Uploading.status(),
            destination: "https://me:secret@h/c/files/x")
        guard case .registered(let address, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(address == expected)
    }

    @Test(
        "an address elsewhere, or none",
        arguments: [
            [], ["/a", "/b"], ["http://h/u"], ["https://h:444/u"], ["https://e/u"], ["//e/u"], ["ftp://h/u"],
            ["https://h:x/u"], ["https:///u"], ["javascript:x"], ["/a\u{1b}"], ["https://h\\@e/u"],
        ] as [[String]])
    func badLocations(location: [String]) {
        #expect(register([:], location).code == .badResponse)
    }

    @Test("the same address twice is one")
    func sameLocation() {
        #expect(register([:], ["/uploads/id", "/uploads/id "]).status != nil)
    }

    @Test("a registration of another size is not ours")
    func otherSize() {
        #expect(register(["size": "1001"]).code == .badResponse)
        // Whether it is the upload meant is for the one who asked to see.
        #expect(status(["size": "1001"]).status?.size == 1001)
    }

    @Test("the three states")
    func states() {
        #expect(status([:]).status?.state == .inProgress)
        #expect(status(["status": "\"assembling\"", "receivedChunks": "[[0,9]]"]).status?.state == .assembling)
        let complete = status(["status": "\"complete\"", "receivedChunks": nil])
        #expect(complete == .status(UploadStatus(size: 1000, chunkSize: 100, received: [], state: .complete)))
        for other in ["\"expired\"", "\"aborted\"", "\"IN_PROGRESS\"", "\"\"", "null", "1"] {
            #expect(status(["status": other]).code == .badResponse)
        }
    }

    @Test(
        "received chunks come in order and merged",
        arguments: [
            ("[]", []), ("[[0,9]]", [0...9]), ("[[4,4],[0,1]]", [0...1, 4...4]), ("[[0,3],[2,5]]", [0...5]),
            ("[[0,1],[2,3]]", [0...3]), ("[[0,9],[1,2],[9,9]]", [0...9]), ("[[7,8],[7,8],[0,0]]", [0...0, 7...8]),
            ("[[1.0,2]]", [1...2]),
        ] as [(String, [ClosedRange<Int>])])
    func received(json: String, expected: [ClosedRange<Int>]) {
        #expect(status(["receivedChunks": json]).status?.received == expected)
        #expect(register(["receivedChunks": json]).status?.received == expected)
    }

    @Test(
        "received chunks that cannot be",
        arguments: [
            "[[0,10]]", "[[10,10]]", "[[-1,0]]", "[[3,2]]", "[[0]]", "[[0,1,2]]", "[[]]", "[0,1]", "[[0,1.5]]",
            "[[0,\"1\"]]", "[[0,9223372036854775808]]", "[[0,1e300]]", "[[0,NaN]]", "[[0,null]]", "{}", "\"\"", "null",
        ])
    func badReceived(json: String) {
        #expect(status(["receivedChunks": json]).code == .badResponse)
        #expect(register(["receivedChunks": json]).code == .badResponse)
    }

    @Test("without the received chunks nothing is known of an upload in progress")
    func noReceived() {
        #expect(status(["receivedChunks": nil]).code == .badResponse)
    }

    @Test(
        "sizes that cannot be",
        arguments: [
            ("-1", "100"), ("9223372036854775807", "100"), ("9223372036854775808", "100"), ("1e300", "100"),
            ("NaN", "100"), ("0.5", "100"), ("\"1000\"", "100"), ("null", "100"), ("1000", "0"), ("1000", "-100"),
            ("1000", "1073741825"), ("1000", "1e300"), ("1000", "null"), ("1048577", "1"),
            ("70368744177665", "1073741824"),
        ])
    func badSizes(size: String, chunkSize: String) {
        #expect(status(["size": size, "chunkSize": chunkSize]).code == .badResponse)
    }

    @Test(
        "the largest that can be",
        arguments: [
            ("1048576", "1"), ("70368744177664", "67108864"), ("70368744177664", "1073741824"), ("0", "1"),
            ("1", "1073741824"),
        ])
    func largest(size: String, chunkSize: String) {
        #expect(status(["size": size, "chunkSize": chunkSize]).status != nil)
    }

    @Test("an empty file has no chunks")
    func empty() {
        #expect(status(["size": "0"]).status?.received == [])
        #expect(status(["size": "0", "receivedChunks": "[[0,0]]"]).code == .badResponse)
    }

    @Test("a number of chunks and a way of sending them that fit")
    func rest() {
        #expect(status(["totalChunks": "10", "mode": "\"direct\""]).status != nil)
        #expect(status(["totalChunks": "9"]).code == .badResponse)
        #expect(status(["mode": "\"presigned\""]).status?.mode == .presigned)
        #expect(status(["mode": "\"carried\""]).code == .unsupported)
        #expect(register(["mode": "\"carried\""]).code == .unsupported)
    }

    @Test("chunks that a store has and nobody has reported")
    func unreported() {
        let md5 = String(repeating: "a", count: 32)
        let tag = #"\"\#(md5)\""#
        func chunk(_ index: Int, _ tag: String) -> String { "{\"index\":\(index),\"etag\":\"\(tag)\"}" }
        let chunks = [chunk(0, tag), chunk(3, tag), chunk(4, "v1"), chunk(10, tag), chunk(-1, tag)]
        let members = [
            "mode": "\"presigned\"", "receivedChunks": "[[0,1]]",
            "unreportedChunks": "[\(chunks.joined(separator: ","))]",
        ]
        let offers = [3: Receipt(entityTag: "\"\(md5)\"")]
        #expect(status(members).status?.offers == offers)
        #expect(status(members.merging(["mode": "\"direct\""]) { $1 }).status?.offers == [:])
    }

    @Test("bodies that are none", arguments: ["", "{", "null", "[]", "<html>hello</html>", "{}", "\u{0}", "1e999"])
    func badBodies(body: String) {
        for task in [
            Uploading.registration, .status(receipts: [:]), Uploading.chunk, .complete(sha256: nil, receipts: [:]),
        ] {
            let outcome = Uploading.judge(task, 200, [("Location", "/uploads/id")], body)
            #expect(outcome.code == .badResponse)
            #expect(outcome.sentence == "the server answers 200 OK with a body that is not a chunk server's")
        }
    }

    @Test("bodies nested deeply, or not of text")
    func hostileBodies() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(Uploading.judge(.status(receipts: [:]), 200, [], deep).code == .badResponse)
        #expect(status(["receivedChunks": deep]).code == .badResponse)
        let order = Uploading.order(.status(receipts: [:]))
        let bytes = [UInt8](repeating: 0xFF, count: 1000)
        let outcome = ChunkUpload.judge(order, head: ResponseHead(status: 200), body: bytes, now: Uploading.now)
        #expect(outcome.code == .badResponse)
    }

    @Test("a body beyond the limit is not looked at", arguments: Uploading.tasks)
    func tooLong(task: UploadOrder.Task) {
        let limit = ChunkUpload.longestAnswer(to: task)
        let good =
            switch task {
            case .register, .status: Uploading.status()
            case .chunk: "{\"index\":3,\"checksum\":\"\(Uploading.digest)\"}"
            case .complete, .abort: "{\"status\":\"complete\"}"
            }
        let full = good + String(repeating: " ", count: limit - good.utf8.count)
        let fields = [("Location", "/uploads/id")]
        #expect(Uploading.judge(task, 200, fields, full).error == nil)
        guard task != .abort else { return }
        #expect(Uploading.judge(task, 200, fields, full + " ").code == .badResponse)
    }

    @Test("a million ranges are read in no time")
    func manyRanges() {
        let ranges = (0..<1_000_000).map { "[\($0),\($0)]" }.joined(separator: ",")
        let body = Uploading.status(["size": "1000000", "chunkSize": "1", "receivedChunks": "[\(ranges)]"])
        var outcome = UploadReport.Outcome.cancelled
        let time = ContinuousClock().measure { outcome = Uploading.judge(.status(receipts: [:]), 200, [], body) }
        #expect(outcome.status?.received == [0...999_999])
        // Much more than it takes, so that a busy machine does not matter; anything quadratic takes longer still.
        #expect(time < .seconds(30))
    }
}
