import CCurl
import Glibc

extension CurlRequest {
    func setCallbacks() {
        // The transport holds the request for as long as the handle is in use.
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [
            CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PREREQDATA,
        ] {
            carryon_easy_set_pointer(handle, option, context)
        }
        carryon_easy_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlRequest.from(context).take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        carryon_easy_set_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlRequest.from(context).takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        carryon_easy_set_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
            CurlRequest.from(context).give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        carryon_easy_set_seek(handle) { context, offset, origin in
            guard origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
            CurlRequest.from(context).body?.seek(to: Int64(offset))
            return CURL_SEEKFUNC_OK
        }
        carryon_easy_set_prerequest(handle) { context, _, _, _, _ in
            CurlRequest.from(context).begin()
            return CURL_PREREQFUNC_OK
        }
        carryon_easy_set_socket_callback(handle) { _, socket, _ in
            var limit = Int32(CurlRequest.unsentLimit)
            setsockopt(
                socket, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &limit, socklen_t(MemoryLayout<Int32>.size))
            return CURL_SOCKOPT_OK
        }
    }

    /// How many bytes the kernel keeps that it has not sent yet. Its buffer would take megabytes, and while a slow line
    /// carries them away nothing moves that the stall check could see. The limit costs no speed over loopback.
    private static let unsentLimit = 128 << 10

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlRequest {
        Unmanaged<CurlRequest>.fromOpaque(context!).takeUnretainedValue()
    }
}
