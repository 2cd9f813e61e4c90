import TransferCore

/// Named faults, to be replayed against anything that fetches.
public struct Scenario: Sendable, CustomStringConvertible {
    public let name: String
    public let faults: [Fault]
    /// What a client that keeps the rules can come to.
    public let outcome: Outcome

    public enum Outcome: Sendable {
        /// The whole file, however many requests it takes.
        case fileArrives
        /// The whole file in its second version.
        case version2Arrives
        /// The gzip form of the file, as it came.
        case encodedArrives
        /// No file; a client must not take what it gets for one.
        case fails
    }

    public init(_ name: String, _ faults: [Fault], outcome: Outcome = .fileArrives) {
        self.name = name
        self.faults = faults
        self.outcome = outcome
    }

    public var description: String { name }

    /// The scenarios for a file of at least 64 KiB that is fetched in several ranges.
    public static let catalogue: [Scenario] = passing + refusing + changing

    /// Faults that a client overcomes.
    public static let passing: [Scenario] = [
        Scenario("no faults", []),
        Scenario("503 with Retry-After first", [Fault(.request(1), .status(503, [HeaderField("Retry-After", "1")]))]),
        Scenario("429 once", [Fault(.request(2), .status(429, [HeaderField("Retry-After", "1")]))]),
        Scenario("500 every third", [Fault(.every(3), .status(500, body: "oops"))]),
        Scenario("reset before the head", [Fault(.request(2), .reset(after: -1))]),
        Scenario("reset in the body", [Fault(.requestOfPath(2), .reset(after: 1000))]),
        Scenario("reset now and then", [Fault(.probability(0.3, seed: 7), .reset(after: 5000), limit: 5)]),
        Scenario("short body", [Fault(.request(2), .close(after: 1000))]),
        Scenario("short answers", [Fault(.hasRange, .shortRange(count: 10_000))]),
        Scenario("earlier start once", [Fault(.rangeFrom(1), .earlierRange(by: 1), limit: 1)]),
        Scenario("body too long once", [Fault(.request(2), .bodyTooLong(by: 100))]),
        Scenario("garbage after the body", [Fault(.request(1), .garbageAfterBody("\u{0}garbage\r\n\r\n"))]),
        Scenario("garbage status line once", [Fault(.request(1), .garbageStatusLine)]),
        Scenario("ranges ignored", [Fault(.always, .ignoreRanges)]),
        Scenario("one range ignored", [Fault(.request(2), .wholeAnswer)]),
        Scenario("one 206 without Content-Range", [Fault(.request(2), .contentRange(.missing))]),
        Scenario("one 206 of wrong first", [Fault(.request(2), .contentRange(.first(by: 1)))]),
        Scenario("one 206 of wrong last", [Fault(.request(2), .contentRange(.last(by: 1)))]),
        Scenario("one 206 of wrong total", [Fault(.request(2), .contentRange(.total(by: 1)))]),
        Scenario("one 206 in another unit", [Fault(.request(2), .contentRange(.unit("items")))]),
        Scenario("one 206 shorter than it says", [Fault(.request(2), .shorterThanContentRange(by: 10))]),
        Scenario("one multipart answer", [Fault(.request(2), .multipart)]),
        Scenario("total unknown", [Fault(.hasRange, .contentRange(.unknownTotal))]),
        Scenario("weak ETag", [Fault(.always, .weakEntityTag)]),
        Scenario("Last-Modified only", [Fault(.always, .noEntityTag)]),
        Scenario("no validator", [Fault(.always, .noValidator)]),
        Scenario("chunked without ranges", [Fault(.always, .ignoreRanges), Fault(.always, .chunked)]),
        Scenario("no length, closes", [Fault(.always, .ignoreRanges), Fault(.always, .untilClose)]),
        Scenario("closes after each answer", [Fault(.always, .closeConnection)]),
        Scenario(
            "one damaged body",
            [Fault(.always, .contentDigest), Fault(.always, .reprDigest), Fault(.request(2), .damage())]),
        Scenario("one redirect", [Fault(.request(1), .redirectChain(count: 1))]),
        Scenario("redirect 307", [Fault(.request(1), .redirect(307, to: "?moved=1"))]),
        Scenario("hostile name", [Fault(.always, .contentDisposition("attachment; filename=\"../../etc/passwd\""))]),
        Scenario("slow", [Fault(.request(2), .slowBody(bytesPerSecond: 200_000))]),
        Scenario("slow head", [Fault(.request(1), .slowHead(bytesPerSecond: 2000))]),
    ]

    /// Faults that end a transfer.
    public static let refusing: [Scenario] = [
        Scenario("404", [Fault(.always, .status(404))], outcome: .fails),
        Scenario("401", [Fault(.always, .status(401, [HeaderField("WWW-Authenticate", "Basic")]))], outcome: .fails),
        Scenario("403", [Fault(.always, .status(403))], outcome: .fails),
        Scenario("410", [Fault(.always, .status(410))], outcome: .fails),
        Scenario("412 for everything", [Fault(.always, .preconditionFailed)], outcome: .fails),
        Scenario("416 for everything", [Fault(.always, .rangeNotSatisfiable)], outcome: .fails),
        Scenario("redirect loop", [Fault(.always, .redirectLoop)], outcome: .fails),
        Scenario("too many redirects", [Fault(.always, .redirectChain(count: 1000))], outcome: .fails),
        Scenario("wrong Repr-Digest", [Fault(.always, .wrongReprDigest)], outcome: .fails),
        Scenario("header flood", [Fault(.always, .headerFlood(count: 20_000))], outcome: .fails),
        Scenario("garbage for ever", [Fault(.always, .garbageStatusLine)], outcome: .fails),
    ]

    /// Faults that change the file under way.
    public static let changing: [Scenario] = [
        Scenario("changes to version 2", [Fault(.fromRequest(3), .version2(.otherContent))], outcome: .version2Arrives),
        Scenario(
            "changes and ignores If-Match",
            [Fault(.fromRequest(3), .version2(.otherContent)), Fault(.always, .ignoreConditions)],
            outcome: .version2Arrives),
        Scenario("ETag changes, content does not", [Fault(.fromRequest(3), .version2(.sameContent))]),
        Scenario("unasked gzip", [Fault(.always, .unaskedGzip)], outcome: .encodedArrives),
    ]
}
