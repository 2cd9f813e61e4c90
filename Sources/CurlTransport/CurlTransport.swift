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
    /// Requests to go on with. That happens while waiting, because libcurl then calls the receiver at once.
    private var resumed: [RequestID] = []
    /// While requests run, no wait is longer than until then.
    private var nextStallCheck = Instant.zero
    private let clock: any Clock

    /// How exact the limit of a stall is.
    private static let stallCheckInterval = Duration.milliseconds(500)

    /// - Parameter clock: Must be the clock that deadlines come from.
    /// - Throws: `unsupported` if libcurl cannot be set up.
    public init(clock: any Clock) throws(TransferError) {
        self.clock = clock
        multi = try CurlMulti()
    }

    public var waker: any Waker { multi.waker }

    public func start(
        _ id: RequestID, _ request: HTTPRequest, body: (any RequestBody)?, options: ConnectionOptions,
        receiver: any ResponseReceiver
    ) {
        do throws(TransferError) {
            let running = try CurlRequest(
                id: id, request: request, body: body, options: options, receiver: receiver, clock: clock)
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
        if active[id] != nil { resumed.append(id) }
    }

    public func wait(until deadline: Instant?) -> [TransportEnd] {
        var ends = finished()
        guard ends.isEmpty else { return ends }
        multi.poll(for: pollTimeout(until: deadline))
        ends = finished()
        return ends
    }

    private func pollTimeout(until deadline: Instant?) -> Duration? {
        let next = active.isEmpty ? deadline : min(nextStallCheck, deadline ?? nextStallCheck)
        return next.map { $0 - clock.now() }
    }

    private func finished() -> [TransportEnd] {
        var ends = stillborn + goOn()
        stillborn = []
        multi.perform()
        while let (handle, code) = multi.nextCompletion() {
            guard let id = byHandle[handle], let request = active[id] else { continue }
            multi.remove(handle)
            // If it cannot begin again, its first failure stands.
            if request.prepareAgain(after: code), (try? multi.add(handle)) != nil { continue }
            active[id] = nil
            byHandle[handle] = nil
            ends.append(
                TransportEnd(id: id, outcome: request.outcome(code), timeToFirstByte: request.timeToFirstByte))
        }
        return ends + stalled()
    }

    /// Ends what has stalled.
    private func stalled() -> [TransportEnd] {
        let now = clock.now()
        guard now >= nextStallCheck else { return [] }
        nextStallCheck = now + Self.stallCheckInterval
        return Array(active.values).compactMap { request in
            guard let error = request.stall(at: now) else { return nil }
            cancel(request.id)
            return TransportEnd(id: request.id, outcome: .failed(error), timeToFirstByte: request.timeToFirstByte)
        }
    }

    /// Hands over again what receivers did not take. One that stops here has to be ended by us: libcurl tells the
    /// caller and goes on.
    private func goOn() -> [TransportEnd] {
        let ids = resumed
        resumed = []
        return ids.compactMap { id in
            guard let request = active[id] else { return nil }
            let code = request.resume()
            guard code != CURLE_OK else { return nil }
            cancel(id)
            return TransportEnd(id: id, outcome: request.outcome(code), timeToFirstByte: request.timeToFirstByte)
        }
    }

    deinit {
        for request in active.values { multi.remove(request.handle) }
    }
}

/// The version of libcurl in use, such as `libcurl/7.88.1 OpenSSL/3.0.19`.
public enum CurlVersion {
    public static var description: String { String(cString: curl_version()) }
}
