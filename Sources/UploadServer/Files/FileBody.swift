import Hummingbird
import TransferCore

/// A part of a file as the body of an answer: read piece by piece, no faster than the client takes it.
struct FileBody: Sendable {
    /// What goes wrong or slow on the way.
    struct Effects: Sendable {
        var fault = FaultPlan.Fault.none
        var bytesPerSecond: Int?
        var longestStall = Duration.seconds(30)
    }

    private static let largestPiece: Int64 = 128 << 10

    let file: ServedFile
    let range: ByteRange
    let effects: Effects

    /// Thrown so that the connection closes in the middle of the body.
    private struct Cut: Error {}

    /// The body. `request` is whose answer it is: while nothing is sent, only its stream tells that the client left.
    func responseBody(to request: RequestBody) -> ResponseBody {
        if range.isEmpty { return ResponseBody(byteBuffer: ByteBuffer()) }
        return ResponseBody(contentLength: Int(range.length)) { writer in
            try await write(to: &writer, request)
            try await writer.finish(nil)
        }
    }

    private func write(to writer: inout any ResponseBodyWriter, _ request: RequestBody) async throws {
        var end = range.length
        switch effects.fault {
        case .cut(let position), .stall(let position): end = min(end, position)
        case .none, .busy, .damage: break
        }
        let start = ContinuousClock.now
        var sent: Int64 = 0
        while sent < end {
            let count = min(pieceSize, end - sent)
            var piece = try await file.read(at: range.start + sent, count: Int(count))
            if case .damage(let position) = effects.fault, position >= sent, position < sent + count {
                damage(&piece, at: Int(position - sent))
            }
            try await writer.write(piece)
            sent += count
            if let rate = effects.bytesPerSecond {
                try await Task.sleep(until: start + .seconds(Double(sent) / Double(rate)), clock: .continuous)
            }
        }
        switch effects.fault {
        case .cut: throw Cut()
        case .stall:
            // Ends with the client, with the server, or with the limit.
            try await request.consumeWithCancellationOnInboundClose { _ in
                try await Task.sleep(for: effects.longestStall)
            }
            throw Cut()
        case .none, .busy, .damage: break
        }
    }

    /// Small enough for a limited answer to flow evenly, large enough for the others to flow fast.
    private var pieceSize: Int64 {
        guard let rate = effects.bytesPerSecond else { return Self.largestPiece }
        return min(Self.largestPiece, max(4096, Int64(rate) / 10))
    }

    private func damage(_ piece: inout ByteBuffer, at index: Int) {
        let position = piece.readerIndex + index
        guard let byte = piece.getInteger(at: position, as: UInt8.self) else { return }
        piece.setInteger(byte ^ 0x10, at: position)
    }
}
