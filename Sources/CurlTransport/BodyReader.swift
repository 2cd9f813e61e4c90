import TransferCore

/// The body of a request and how far libcurl has read it.
final class BodyReader {
    private let body: any RequestBody
    private var offset: Int64 = 0
    private(set) var isPaused = false

    init(_ body: any RequestBody) {
        self.body = body
    }

    /// In bytes.
    var length: Int64 { body.length }

    /// The next bytes; none (`bytes(0)`) after the last one.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> BodyRead {
        let space = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(length - offset, 1 << 30))))
        guard !space.isEmpty else { return .bytes(0) }
        let read = body.read(into: space, at: offset)
        switch read {
        case .bytes(let count):
            precondition((1...space.count).contains(count), "a body gave \(count) of \(space.count) bytes")
            offset += Int64(count)
        case .pause: isPaused = true
        case .stop: break
        }
        return read
    }

    /// The pause is over.
    func resume() {
        isPaused = false
    }

    /// The next read begins there, and it comes even if the body pauses: libcurl has forgotten that.
    func seek(to offset: Int64) {
        self.offset = offset
        isPaused = false
    }
}
