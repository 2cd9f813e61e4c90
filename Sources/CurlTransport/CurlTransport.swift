import CCurl
import TransferCore

/// The transport that the program uses: libcurl's multi interface, driven by the one thread that owns it.
///
/// HTTP/1.1 only. In libcurl 7.88.1, which Debian 12 ships, a reset HTTP/2 stream could be reported as a complete
/// transfer; several connections carry more than one anyway.
public final class CurlTransport: Transport {
    private let multi: CurlMulti
    private var active: [RequestID: CurlRequest] = [:]
    private var byHandle: [UnsafeMutableRawPointer: RequestID] = [:]
    /// Requests that ended before they could begin.
    private var stillborn: [TransportEnd] = []
    private let clock: any Clock

    /// - Parameter clock: Must be the clock that deadlines come from.
    /// - Throws: `unsupported` if libcurl cannot be set up.
    public init(clock: any Clock) throws(TransferError) {
        self.clock = clock
        multi = try CurlMulti()
    }

    public var waker: any Waker { multi.waker }

    public func start(
        _ id: RequestID, _ request: HTTPRequest, options: ConnectionOptions, receiver: any ResponseReceiver
    ) {
        do throws(TransferError) {
            let running = try CurlRequest(
                id: id, request: request, options: options, receiver: receiver, startedAt: clock.now())
            try multi.add(running.handle)
            active[id] = running
            byHandle[running.handle] = id
        } catch {
            stillborn.append(TransportEnd(id: id, outcome: .failed(error), timeToFirstByte: nil))
            multi.waker.wake()
        }
    }

    public func cancel(_ id: RequestID) {
        stillborn.removeAll { $0.id == id }
        guard let request = active.removeValue(forKey: id) else { return }
        byHandle[request.handle] = nil
        multi.remove(request.handle)
    }

    public func resume(_ id: RequestID) {
        active[id]?.resume()
    }

    public func wait(until deadline: Instant?) -> [TransportEnd] {
        var ends = finished()
        guard ends.isEmpty else { return ends }
        multi.poll(for: deadline.map { $0 - clock.now() })
        ends = finished()
        return ends
    }

    private func finished() -> [TransportEnd] {
        multi.perform()
        var ends = stillborn
        stillborn = []
        while let (handle, code) = multi.nextCompletion() {
            guard let id = byHandle.removeValue(forKey: handle), let request = active.removeValue(forKey: id) else {
                continue
            }
            ends.append(
                TransportEnd(id: id, outcome: request.outcome(code), timeToFirstByte: request.timeToFirstByte))
            multi.remove(handle)
        }
        return ends
    }

    deinit {
        for request in active.values { multi.remove(request.handle) }
    }
}

/// The version of libcurl in use, such as `libcurl/7.88.1 OpenSSL/3.0.19`.
public enum CurlVersion {
    public static var description: String { String(cString: curl_version()) }
}
