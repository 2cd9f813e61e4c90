import CCurl
import TransferCore

/// One request on an easy handle of its own, so that no credentials of one remote are seen by another.
final class CurlRequest {
    let id: RequestID
    let handle: UnsafeMutableRawPointer
    private let receiver: any ResponseReceiver
    private let options: ConnectionOptions
    private let address: String
    private var head = HeadParser()
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var wasStopped = false
    private var isPaused = false
    /// Whether a byte came since the last look, and when that was seen.
    private var hasMoved = false
    private var lastMovedAt: Instant?
    private var headFailure: TransferError?

    init(
        id: RequestID, request: HTTPRequest, options: ConnectionOptions, receiver: any ResponseReceiver
    ) throws(TransferError) {
        guard let handle = curl_easy_init() else { throw TransferError(.unsupported, "libcurl has no handle to give") }
        self.id = id
        self.handle = handle
        self.receiver = receiver
        self.options = options
        address = request.url
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure(request)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// Hands over again what the receiver did not take.
    func resume() -> CURLcode {
        // libcurl takes it amiss before there is a connection.
        guard isPaused else { return CURLE_OK }
        isPaused = false
        return curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// From the start of the request to the first byte of the answer.
    var timeToFirstByte: Duration? {
        var microseconds: curl_off_t = 0
        carryon_easy_get_time(handle, CURLINFO_STARTTRANSFER_TIME_T, &microseconds)
        return microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// How the request has failed if bytes came before, but none for too long.
    ///
    /// libcurl's own check works with the mean speed of the last seconds. That is right before the first byte; after
    /// many it comes some seconds late.
    func stall(at now: Instant) -> TransferError? {
        if hasMoved || isPaused && lastMovedAt != nil { lastMovedAt = now }
        hasMoved = false
        guard let lastMovedAt, now - lastMovedAt >= max(.seconds(1), options.stallTimeout) else { return nil }
        return CurlFailure.stalled(address: address, options: options)
    }

    /// What libcurl's result means.
    func outcome(_ code: CURLcode) -> TransportEnd.Outcome {
        if wasStopped { return .stopped }
        if let headFailure { return .failed(headFailure) }
        if code == CURLE_OK { return .completed }
        let said = String(cString: errorText)
        let detail = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
        return .failed(CurlFailure.error(code, detail: detail, address: address, options: options))
    }

    private func configure(_ request: HTTPRequest) {
        string(CURLOPT_URL, request.url)
        string(CURLOPT_PROTOCOLS_STR, "http,https")
        long(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_NOPROGRESS, 1)
        long(CURLOPT_FOLLOWLOCATION, 0)
        long(CURLOPT_HTTPGET, 1)
        long(CURLOPT_BUFFERSIZE, 256 << 10)
        long(CURLOPT_TCP_KEEPALIVE, 1)
        long(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        long(CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectTimeout.nanoseconds / 1_000_000))
        long(CURLOPT_LOW_SPEED_LIMIT, 1)
        long(CURLOPT_LOW_SPEED_TIME, max(1, Int(options.stallTimeout.inSeconds.rounded(.up))))
        long(CURLOPT_FRESH_CONNECT, options.needsFreshConnection ? 1 : 0)
        if request.method != "GET" { string(CURLOPT_CUSTOMREQUEST, request.method) }
        if let file = options.certificateAuthorities { string(CURLOPT_CAINFO, file) }
        if options.acceptsAnyCertificate {
            long(CURLOPT_SSL_VERIFYPEER, 0)
            long(CURLOPT_SSL_VERIFYHOST, 0)
        }
        if options.usesNetrc { long(CURLOPT_NETRC, Int(CURL_NETRC_OPTIONAL.rawValue)) }
        for field in request.headers {
            // libcurl leaves out a field without a value unless it ends in a semicolon.
            let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            headers = curl_slist_append(headers, line)
        }
        carryon_easy_set_list(handle, CURLOPT_HTTPHEADER, headers)
        carryon_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)

        // The transport holds the request for as long as the handle is in use.
        let context = Unmanaged.passUnretained(self).toOpaque()
        carryon_easy_set_pointer(handle, CURLOPT_WRITEDATA, context)
        carryon_easy_set_pointer(handle, CURLOPT_HEADERDATA, context)
        carryon_easy_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let request = Unmanaged<CurlRequest>.fromOpaque(context!).takeUnretainedValue()
            return request.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        carryon_easy_set_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let request = Unmanaged<CurlRequest>.fromOpaque(context!).takeUnretainedValue()
            return request.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        hasMoved = true
        switch receiver.receive(body: bytes) {
        case .proceed: return bytes.count
        case .pause:
            isPaused = true
            return carryon_write_pause
        case .stop:
            wasStopped = true
            return 0
        }
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
        hasMoved = true
        do throws(TransferError) {
            guard let complete = try head.take(line) else { return line.count }
            if receiver.receive(head: complete) == .proceed { return line.count }
            wasStopped = true
        } catch {
            headFailure = error
        }
        return 0
    }

    private func string(_ option: CURLoption, _ value: String) {
        carryon_easy_set_string(handle, option, value)
    }

    private func long(_ option: CURLoption, _ value: Int) {
        carryon_easy_set_long(handle, option, value)
    }
}
