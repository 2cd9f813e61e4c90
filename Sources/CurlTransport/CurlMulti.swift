import CCurl
import Synchronization
import TransferCore

/// One multi handle: the connections, and all requests on them.
final class CurlMulti {
    private let handle: UnsafeMutableRawPointer
    let waker: MultiWaker

    /// Set up once per process, before any handle.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init() throws(TransferError) {
        guard Self.isReady, let handle = curl_multi_init() else {
            throw TransferError(.unsupported, "libcurl cannot be set up")
        }
        self.handle = handle
        waker = MultiWaker(handle)
        // Kept-alive connections over all remotes.
        _ = carryon_multi_set_long(handle, CURLMOPT_MAXCONNECTS, 64)
        _ = carryon_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    func add(_ request: UnsafeMutableRawPointer) throws(TransferError) {
        let code = curl_multi_add_handle(handle, request)
        guard code == CURLM_OK else {
            throw TransferError(.unsupported, "libcurl: \(String(cString: curl_multi_strerror(code)))")
        }
    }

    func remove(_ request: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(handle, request)
    }

    func perform() {
        var running: Int32 = 0
        curl_multi_perform(handle, &running)
    }

    /// Waits for traffic, a wake-up, or the end of `timeout` (`nil`: none).
    func poll(for timeout: Duration?) {
        // Rounded up, so that a deadline has passed when the wait is over. libcurl shortens it to its own timers.
        let milliseconds = timeout.map { max(0, ($0.nanoseconds + 999_999) / 1_000_000) } ?? Int64(Int32.max)
        curl_multi_poll(handle, nil, 0, Int32(min(milliseconds, Int64(Int32.max))), nil)
    }

    func nextCompletion() -> (handle: UnsafeMutableRawPointer, result: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(handle, &left) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (easy, carryon_message_result(message))
            }
        }
        return nil
    }

    deinit {
        waker.close()
        curl_multi_cleanup(handle)
    }
}

/// Wakes the owner of a multi handle. `curl_multi_wakeup` is the one call that libcurl permits from any thread, as long
/// as the handle lives; the lock sees to that.
final class MultiWaker: Waker {
    private struct Handle: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }
    private let handle: Mutex<Handle?>

    init(_ handle: UnsafeMutableRawPointer) {
        self.handle = Mutex(Handle(pointer: handle))
    }

    func wake() {
        handle.withLock { handle in
            if let handle { curl_multi_wakeup(handle.pointer) }
        }
    }

    func close() {
        handle.withLock { $0 = nil }
    }
}
