import TransferCore

/// One way in which a ``FaultyServer`` misbehaves: when, and how. Faults are data; a list of them is a ``Scenario``.
///
/// All faults that match a request apply to it, in the order of the list.
public struct Fault: Sendable {
    public var when: Match
    public var action: Action
    /// How often it strikes at most; `nil` for any number of times.
    public var limit: Int?

    public init(_ when: Match, _ action: Action, limit: Int? = nil) {
        self.when = when
        self.action = action
        self.limit = limit
    }

    /// Which requests a fault strikes. Numbers start at 1.
    public indirect enum Match: Sendable {
        case always
        /// The nth request of the server's life.
        case request(Int)
        /// The nth request of the server's life and all that follow.
        case fromRequest(Int)
        /// The nth request for the path that the request names.
        case requestOfPath(Int)
        /// From the nth request for the path that the request names.
        case fromRequestOfPath(Int)
        /// Every kth request.
        case every(Int)
        /// Requests for this path (without its query).
        case path(String)
        case method(String)
        /// Requests with a `Range` that holds this offset.
        case rangeContains(Int64)
        /// Requests with a `Range` that begins at this offset or later.
        case rangeFrom(Int64)
        /// Requests with a `Range`.
        case hasRange
        /// A share of all requests, drawn from the seed and the request's number: the same in every run.
        case probability(Double, seed: UInt64)
        case all([Match])
        case not(Match)
    }

    /// What happens to a request that a fault strikes.
    public enum Action: Sendable {
        // The file itself.
        /// Another version: new ETag and Last-Modified.
        case version2(Version2)
        case weakEntityTag
        case noEntityTag
        case noLastModified
        /// Neither ETag nor Last-Modified.
        case noValidator
        /// `Last-Modified` is the time of the answer, so that it is no strong validator.
        case lastModifiedIsNow
        /// The content wrapped in gzip, with `Content-Encoding`, although nobody asked.
        case unaskedGzip

        // Rules that the server does not keep.
        /// Always 200 with the whole file, without `Accept-Ranges`.
        case ignoreRanges
        /// 200 with the whole file, but `Accept-Ranges: bytes` all the same.
        case wholeAnswer
        /// No condition (`If-Match` and its kin) is looked at.
        case ignoreConditions

        // Other answers.
        case status(Int, [HeaderField] = [], body: String = "")
        /// 416 with `Content-Range: bytes */SIZE`.
        case rangeNotSatisfiable
        case preconditionFailed
        /// To a path or to an absolute URL.
        case redirect(Int = 302, to: String)
        /// To itself, for ever.
        case redirectLoop
        /// Through `count` addresses that differ in their query, and then to the file.
        case redirectChain(count: Int)

        // Answers that contradict the request or themselves.
        case contentRange(RangeLie)
        /// Content-Range tells of the range asked for, Content-Length and the body are shorter.
        case shorterThanContentRange(by: Int64)
        /// A true 206 with the first bytes of the range only, which is allowed.
        case shortRange(count: Int64)
        /// A true 206 that begins earlier than asked.
        case earlierRange(by: Int64)
        case multipart
        /// One bit of the body flipped, after any digest was taken: at this offset of the file if the answer holds
        /// it, or in the middle of the body.
        case damage(at: Int64? = nil)
        /// `Content-Digest` of the undamaged body (RFC 9530 §2).
        case contentDigest
        /// `Repr-Digest` of the whole file (RFC 9530 §3).
        case reprDigest
        case wrongReprDigest
        /// Adds or replaces a field.
        case header(String, String)
        case removeHeader(String)
        case contentDisposition(String)

        // Framing.
        /// `Transfer-Encoding: chunked`: no length.
        case chunked
        /// No length; the end of the connection ends the body.
        case untilClose
        /// Further bytes after a body that `Content-Length` says is complete.
        case bodyTooLong(by: Int)
        case garbageAfterBody(String)
        case garbageStatusLine
        case headerFlood(count: Int)
        /// `Connection: close`, and closed.
        case closeConnection

        // The body of the request.
        /// The answer comes after so many bytes of it; what follows them is dropped, and the connection ends.
        case earlyAnswer(after: Int64)
        /// So many bytes are taken and no more, until the client goes away or the server stops.
        case stallRequestBody(after: Int64)
        /// It is taken at that rate, through a small window. A ``FakeServer`` takes no time for it all the same.
        case slowRequestBody(bytesPerSecond: Int)

        // The wire. A negative count strikes before the head of the answer.
        /// A TCP RST after so many bytes of the body.
        case reset(after: Int64)
        /// A clean close after so many bytes of the body.
        case close(after: Int64)
        /// Silence after so many bytes of the body, until the client goes away or the server stops.
        case stall(after: Int64)
        /// Silence from this offset of the file on, whatever is asked for, until the client goes away or the server
        /// stops: a middle that lasts.
        case silence(from: Int64)
        case slowBody(bytesPerSecond: Int)
        case slowHead(bytesPerSecond: Int)
    }

    /// How version 2 of a file differs from version 1.
    public enum Version2: Sendable {
        case sameContent
        case otherContent
        case otherSize(Int64)
    }

    /// What is wrong with `Content-Range`; the body stays what was asked for.
    public enum RangeLie: Sendable {
        case missing
        case first(by: Int64)
        case last(by: Int64)
        case total(by: Int64)
        case unknownTotal
        case unit(String)
        case raw(String)
    }
}

extension Fault.Match {
    /// What a request shows of itself to the matchers.
    struct Subject {
        var number: Int
        var numberOfPath: Int
        var method: String
        var path: String
        var range: RangeField?
    }

    func matches(_ subject: Subject) -> Bool {
        switch self {
        case .always: true
        case .request(let number): subject.number == number
        case .fromRequest(let number): subject.number >= number
        case .requestOfPath(let number): subject.numberOfPath == number
        case .fromRequestOfPath(let number): subject.numberOfPath >= number
        case .every(let step): subject.number % step == 0
        case .path(let path): subject.path == path
        case .method(let method): subject.method == method
        case .rangeContains(let offset): subject.range?.contains(offset) ?? false
        case .rangeFrom(let offset): (subject.range?.first ?? -1) >= offset
        case .hasRange: subject.range != nil
        case .probability(let share, let seed):
            Double(PatternFile(seed: seed, size: 0).draw(UInt64(subject.number)) >> 11) / 0x1p53 < share
        case .all(let matches): matches.allSatisfy { $0.matches(subject) }
        case .not(let match): !match.matches(subject)
        }
    }
}
