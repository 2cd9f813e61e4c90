import CCurl
import TransferCore

/// One request on an easy handle of its own, so that no credentials of one remote are seen by another.
final class CurlRequest {
    let id: RequestID
    let handle: UnsafeMutableRawPointer
    /// `nil` if there is none to send.
    let body: BodyReader?
    let options: ConnectionOptions
    private let receiver: any ResponseReceiver
    private let clock: any Clock
    private let address: String
    private var head = HeadParser()
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var wasStopped = false
    private var isReceiverPaused = false
    private var wasSentAgain = false
    private var headFailure: TransferError?
    private var stallWatch: StallWatch
    private let startedAt: Instant
    private var answeredAt: Instant?

    init(
        id: RequestID, request: HTTPRequest, body: (any RequestBody)?, options: ConnectionOptions,
        receiver: any ResponseReceiver, clock: any Clock
    ) throws(TransferError) {
        guard let handle = curl_easy_init() else { throw TransferError(.unsupported, "libcurl has no handle to give") }
        self.id = id
        self.handle = handle
        self.body = body.map(BodyReader.init)
        self.receiver = receiver
        self.options = options
        self.clock = clock
        address = request.url
        stallWatch = StallWatch(limit: options.stallTimeout)
        startedAt = clock.now()
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure(request)
        headers = headerList(request)
        carryon_easy_set_list(handle, CURLOPT_HTTPHEADER, headers)
        carryon_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        setCallbacks()
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    private var isPaused: Bool { isReceiverPaused || body?.isPaused ?? false }

    /// Hands over again what the receiver did not take, and asks the body again.
    func resume() -> CURLcode {
        // libcurl takes it amiss before there is a connection.
        guard isPaused else { return CURLE_OK }
        isReceiverPaused = false
        body?.resume()
        stallWatch.move(at: clock.now())
        return curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// From the start of the request to the first line of the answer. libcurl's own figure would be the first byte in
    /// either direction.
    var timeToFirstByte: Duration? { answeredAt.map { $0 - startedAt } }

    /// How the request has failed if nothing moved for too long.
    func stall(at now: Instant) -> TransferError? {
        var sent: curl_off_t = 0
        carryon_easy_get_offset(handle, CURLINFO_SIZE_UPLOAD_T, &sent)
        guard stallWatch.isStalled(sent: Int64(sent), isPaused: isPaused, at: now) else { return nil }
        return CurlFailure.stalled(address: address, options: options)
    }

    /// Makes the request ready to begin anew, on a fresh connection, if it failed because a kept-alive one was dead.
    ///
    /// libcurl does that by itself where it notices on receiving or with the head of the request, but not where it
    /// notices on sending the body.
    func prepareAgain(after code: CURLcode) -> Bool {
        var connections = 0
        carryon_easy_get_long(handle, CURLINFO_NUM_CONNECTS, &connections)
        guard code == CURLE_SEND_ERROR, connections == 0, answeredAt == nil, !wasSentAgain else { return false }
        wasSentAgain = true
        carryon_easy_set_long(handle, CURLOPT_FRESH_CONNECT, 1)
        stallWatch = StallWatch(limit: options.stallTimeout)
        return true
    }

    /// What libcurl's result means.
    func outcome(_ code: CURLcode) -> TransportEnd.Outcome {
        if wasStopped { return .stopped }
        if let headFailure { return .failed(headFailure) }
        if code == CURLE_OK { return .completed }
        let said = String(cString: errorText)
        let detail = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
        return .failed(CurlFailure.error(code, detail: detail, address: address))
    }

    // MARK: What libcurl calls

    /// A connection is there, and the request goes out on it. That may be the second time: libcurl then rewinds the
    /// body only if it has sent some of it, not if it has but read it.
    func begin() {
        body?.seek(to: 0)
        stallWatch.move(at: clock.now())
    }

    func give(_ space: UnsafeMutableRawBufferPointer) -> Int {
        guard let body else { return 0 }
        switch body.read(into: space) {
        case .bytes(let count): return count
        case .pause: return carryon_read_pause
        case .stop:
            wasStopped = true
            return carryon_read_abort
        }
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        stallWatch.move(at: clock.now())
        switch receiver.receive(body: bytes) {
        case .proceed: return bytes.count
        case .pause:
            isReceiverPaused = true
            return carryon_write_pause
        case .stop:
            wasStopped = true
            return 0
        }
    }

    func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
        let now = clock.now()
        stallWatch.move(at: now)
        answeredAt = answeredAt ?? now
        do throws(TransferError) {
            guard let complete = try head.take(line) else { return line.count }
            guard receiver.receive(head: complete) == .proceed else {
                wasStopped = true
                return 0
            }
            // libcurl sends no more of the body then, but would wait for the end of the pause all the same.
            if complete.status >= 300 { return resume() == CURLE_OK ? line.count : 0 }
            return line.count
        } catch {
            headFailure = error
            return 0
        }
    }
}
