import Testing
import TransferCore
import WireProtocols

@Suite("Errors of a chunk server")
struct UploadRefusalTests {
    typealias Task = UploadOrder.Task
    typealias Code = TransferError.Code

    private static let complete = Task.complete(sha256: nil, receipts: [:])
    /// The tasks of which 404 and 410 are errors.
    private static let afterwards: [Task] = [.status(receipts: [:]), Uploading.chunk, complete]

    @Test(
        "codes that mean the same for every order",
        arguments: [
            (400, Code.refused), (401, .unauthorized), (402, .refused), (403, .forbidden), (405, .unsupported),
            (406, .refused), (407, .proxyAuthentication), (408, .timedOut), (411, .refused), (412, .refused),
            (413, .tooLarge), (414, .refused), (415, .unsupported), (416, .refused), (417, .refused), (421, .refused),
            (423, .locked), (425, .serverBusy), (428, .refused), (429, .serverBusy), (431, .refused), (451, .refused),
            (500, .serverError), (501, .unsupported), (502, .serverError), (503, .serverBusy), (504, .serverError),
            (505, .serverError), (507, .remoteFull), (508, .serverError), (599, .serverError), (300, .redirectRefused),
            (301, .redirectRefused), (304, .redirectRefused), (308, .redirectRefused), (100, .badResponse),
            (999, .badResponse),
        ], Uploading.tasks)
    func codes(pair: (Int, Code), task: Task) {
        let html = "<!DOCTYPE html><html><body>Oops</body></html>"
        for body in ["", html, "{}", "[1]", #"{"detail":["x"]}"#, Uploading.problem("strange")] {
            let outcome = Uploading.judge(task, pair.0, [], body)
            // That the address is wrong, only a registration can tell.
            if pair.0 == 413, task == Uploading.chunk {
                #expect(outcome.code == .chunkTooLarge)
                continue
            }
            let saysWrongAddress = [Code.unsupported, .redirectRefused].contains(pair.1)
            #expect(outcome.code == (saysWrongAddress && !Uploading.isRegistration(task) ? .badResponse : pair.1))
            let sentence = outcome.sentence ?? ""
            #expect(sentence.contains(" ") && !sentence.contains("<") && !sentence.contains("{"))
        }
    }

    @Test("gone or never there", arguments: [404, 410])
    func missing(status: Int) {
        for task in Self.afterwards {
            let outcome = Uploading.judge(task, status, [], Uploading.problem("gone", "it has expired"))
            #expect(outcome.code == .uploadLost)
            #expect(outcome.sentence == "the server does not know this upload any more: it has expired")
            // A proxy in a bad minute must not cost what was sent.
            for body in ["", "<html>", Uploading.problem("not-found"), "{}"] {
                #expect(Uploading.judge(task, status, [], body).code == .badResponse)
            }
        }
        let first = Uploading.judge(
            Uploading.registration, status, [], Uploading.problem("not-found"),
            destination: "https://u:secret@h/c/files/x")
        #expect(first.code == .notFound)
        let reason = status == 404 ? "404 Not Found" : "410 Gone"
        #expect(first.sentence == "there is no chunk server at https://u:***@h/c/: \(reason)")
    }

    @Test(
        "conflicts by their type",
        arguments: [
            ("name-taken", Uploading.registration, Code.remoteNameTaken), ("name-taken", complete, .remoteNameTaken),
            ("incomplete", complete, .incomplete), ("chunk-conflict", Uploading.chunk, .chunkConflict),
            ("strange", Uploading.chunk, .badResponse), ("idempotency-conflict", Uploading.registration, .uploadLost),
            ("strange", Uploading.registration, .refused), ("strange", complete, .refused),
            ("strange", .status(receipts: [:]), .refused),
            ("strange", .abort, .refused),
        ])
    func conflicts(kind: String, task: Task, expected: Code) {
        let outcome = Uploading.judge(task, 409, [], Uploading.problem(kind))
        #expect(outcome.code == expected)
        #expect(outcome.code == .remoteNameTaken || outcome.sentence?.hasSuffix(": because") == true)
    }

    @Test("conflicts without a type that is known")
    func untypedConflicts() {
        #expect(Uploading.judge(Uploading.chunk, 409).code == .badResponse)
        #expect(Uploading.judge(Self.complete, 409).code == .refused)
        #expect(Uploading.judge(Self.complete, 409, [], #"{"missingChunks":[[1,2]]}"#).code == .incomplete)
        let foreign = #"{"type":"https://e/name-taken","detail":"x"}"#
        #expect(Uploading.judge(Uploading.registration, 409, [], foreign).code == .refused)
    }

    @Test("bytes that did not come as they were sent")
    func mismatches() {
        #expect(Uploading.judge(Uploading.chunk, 422).code == .digestMismatchOfChunk)
        #expect(Uploading.judge(Self.complete, 422).code == .uploadMismatch)
        for task in [Uploading.registration, .status(receipts: [:]), .abort] {
            #expect(Uploading.judge(task, 422).code == .refused)
        }
    }

    @Test("what was too large is named, and so is the limit if the server tells it")
    func tooLarge() {
        let limit = Uploading.problem("too-large", "a file may have 500 bytes at most here.")
        #expect(
            Uploading.judge(Uploading.registration, 413, [], limit).sentence
                == "the server answers 413 Content Too Large to a file of 1000 bytes: "
                + "a file may have 500 bytes at most here")
        #expect(
            Uploading.judge(Uploading.chunk, 413, [], "<html>").sentence
                == "the server answers 413 Content Too Large to a chunk of 100 bytes")
    }

    @Test("what the server says comes behind its answer if it is more than that")
    func details() {
        func sentence(_ status: Int, _ body: String) -> String? {
            Uploading.judge(Uploading.chunk, status, [], body).sentence
        }
        let busy = "the server answers 503 Service Unavailable"
        #expect(sentence(503, #"{"detail":"try later"}"#) == busy + ": try later")
        #expect(sentence(503, #"{"detail":"Service Unavailable."}"#) == busy)
        #expect(sentence(503, #"{"detail":" a\n\tb  c. "}"#) == busy + ": a b c")
        #expect(sentence(503, #"{"detail":" .. "}"#) == busy)
        #expect(sentence(503, #"{"detail":"so . . "}"#) == busy + ": so")
        #expect(sentence(503, #"{"detail":"\u001b[31mred\u202e"}"#) == busy + #": \x1b[31mred\u{202e}"#)
        #expect(sentence(407, "") == "the proxy answers 407 Proxy Authentication Required")
        let long = String(repeating: "e\u{301}", count: 150)
        #expect(sentence(503, "{\"detail\":\"\(long)\"}") == busy + ": " + long.prefix(100) + "…")
        #expect(sentence(503, "{\"detail\":\"\(String(repeating: "x", count: 1 << 20))\"}") == busy)
    }

    @Test("what a server says of itself is never a chunk server's in this")
    func unsupported() {
        #expect(
            Uploading.judge(Uploading.registration, 405).sentence
                == "the server answers 405 Method Not Allowed: it is not a chunk server")
    }

    @Test(
        "redirects are named, not followed",
        arguments: [
            (Uploading.registration, "https://new/uploads", "https://new/"),
            (Uploading.registration, "/c/uploads", "https://h/c/"),
            (Uploading.registration, "https://u:p@new/login?token=abc&x=1", "https://new/login?token=***&x=1"),
            (Uploading.chunk, "https://new/c/uploads/id/chunks/3?x", "https://new/c/"),
            (.status(receipts: [:]), "http://new/uploads/uploads/1", "http://new/uploads/"),
            (.abort, "https://new/\u{202e}", "https://new/%E2%80%AE"),
        ] as [(Task, String, String)])
    func redirects(task: Task, location: String, shown: String) {
        for status in [301, 302, 303, 307, 308] {
            let outcome = Uploading.judge(task, status, [("Location", location)])
            #expect(outcome.code == (Uploading.isRegistration(task) ? .redirectRefused : .badResponse))
            #expect(outcome.sentence == "the server sends uploads on to \(shown): use that address")
        }
    }

    @Test("redirects to nowhere")
    func badRedirects() {
        for locations in [[], ["ftp://h/"], ["https:///x"], ["https://a/", "https://b/"], ["\u{1b}"]] {
            let outcome = Uploading.judge(.status(receipts: [:]), 302, locations.map { ("Location", $0) })
            #expect(outcome.code == .badResponse)
            #expect(outcome.sentence == "the server answers 302 Found without saying where uploads go")
        }
        let long = "https://new/" + String(repeating: "x", count: 1000)
        #expect((Uploading.judge(.status(receipts: [:]), 302, [("Location", long)]).sentence?.count ?? 999) < 300)
    }

    @Test("a quota of one owner slows nobody else")
    func quota() {
        let outcome = Uploading.judge(
            Uploading.registration, 429, [("Retry-After", "60")], Uploading.problem("too-many-uploads"))
        #expect(outcome.code == .locked && outcome.retryAfter == .seconds(60))
    }

    @Test("a wait is for those who ask again")
    func waits() {
        func wait(_ status: Int, _ field: String = "5", _ task: Task = Uploading.chunk) -> Duration? {
            Uploading.judge(task, status, [("Retry-After", field)]).retryAfter
        }
        for status in [408, 423, 425, 429, 500, 502, 503, 504] { #expect(wait(status) == .seconds(5)) }
        for status in [400, 401, 413, 507] { #expect(wait(status) == nil) }
        #expect(wait(422) == .seconds(5))
        #expect(wait(422, "5", Self.complete) == nil)
        #expect(wait(503, "Sun, 06 Nov 1994 08:49:47 GMT") == .seconds(10))
        #expect(wait(503, "soon") == nil)
        #expect(wait(503, "99999999999999999999") == RetryAfter.limit)
        // A broken success says nothing about when to come back.
        #expect(wait(200) == nil)
    }
}
