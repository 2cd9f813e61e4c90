import CCurl
import TransferCore

extension CurlRequest {
    func configure(_ request: HTTPRequest) {
        string(CURLOPT_URL, request.url)
        // Otherwise `/a/../b` would become `/b`, which in an object store is another object.
        long(CURLOPT_PATH_AS_IS, 1)
        string(CURLOPT_PROTOCOLS_STR, "http,https")
        long(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_NOPROGRESS, 1)
        long(CURLOPT_FOLLOWLOCATION, 0)
        long(CURLOPT_BUFFERSIZE, 256 << 10)
        long(CURLOPT_TCP_KEEPALIVE, 1)
        long(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        long(CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectTimeout.nanoseconds / 1_000_000))
        long(CURLOPT_FRESH_CONNECT, options.needsFreshConnection ? 1 : 0)
        setMethod(request.method)
        if let file = options.certificateAuthorities { string(CURLOPT_CAINFO, file) }
        if options.acceptsAnyCertificate {
            long(CURLOPT_SSL_VERIFYPEER, 0)
            long(CURLOPT_SSL_VERIFYHOST, 0)
        }
        if options.usesNetrc { long(CURLOPT_NETRC, Int(CURL_NETRC_OPTIONAL.rawValue)) }
    }

    /// The header section, but for what says how long the body is: that is the transport's.
    func headerList(_ request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for field in request.headers where !Self.framingFields.contains(field.name.lowercased()) {
            // libcurl leaves out a field without a value unless it ends in a semicolon.
            let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            list = curl_slist_append(list, line)
        }
        // libcurl 7.88.1 would ask for permission before any body, and wait a second for it.
        return curl_slist_append(list, "Expect:")
    }

    private static let framingFields: Set = ["content-length", "transfer-encoding", "expect"]

    private func setMethod(_ method: String) {
        if body == nil, !Self.methodsWithBody.contains(method) {
            // After the answer to a HEAD no body must be waited for.
            long(method == "HEAD" ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1)
        } else {
            long(CURLOPT_UPLOAD, 1)
            long(CURLOPT_UPLOAD_BUFFERSIZE, Self.uploadBufferSize)
            carryon_easy_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(body?.length ?? 0))
        }
        string(CURLOPT_CUSTOMREQUEST, method)
    }

    /// Where a body is expected, having none is said with `Content-Length: 0` (RFC 9110 §8.6).
    private static let methodsWithBody: Set = ["PUT", "POST", "PATCH"]

    /// In bytes; each request with a body has a buffer of its own. More of it makes nothing faster over loopback.
    private static let uploadBufferSize = 256 << 10

    private func string(_ option: CURLoption, _ value: String) {
        carryon_easy_set_string(handle, option, value)
    }

    private func long(_ option: CURLoption, _ value: Int) {
        carryon_easy_set_long(handle, option, value)
    }
}
