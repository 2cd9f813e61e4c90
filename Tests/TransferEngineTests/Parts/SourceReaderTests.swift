import Glibc
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Reading one chunk of a file: what is hashed and sent is what the file was when its upload began.
@Suite struct SourceReaderTests {
    /// Runs `body` with a file of ten pieces and a bit.
    private func withBench(
        buffers: Int, _ body: @escaping @Sendable (ReaderBench) throws -> Void
    ) async throws {
        try await onOwnThread {
            let bench = try ReaderBench(size: 41_000, buffers: buffers)
            defer { bench.finish() }
            try body(bench)
        }
    }

    @Test(arguments: [2, 3, 8, 16], [0..<41_000, 8192..<12_288, 5000..<5001, 1000..<40_999] as [Range<Int64>])
    func everyByteIsHashedAndHandedOver(buffers: Int, range: Range<Int64>) async throws {
        try await withBench(buffers: buffers) { bench in
            let chunk = try bench.prepare(range)
            let wanted = bench.pattern.bytes(range)
            #expect(chunk.digests.sha256 == Hex.encode(SHA256.hash(wanted)))
            let body = ChunkBody(chunk.window)
            #expect(try body.drain(to: body.length) == wanted)
            #expect(body.position == body.length)
            chunk.window.release()
            #expect(bench.isEveryBufferBack)
        }
    }

    @Test func whatFitsIsReadOnce() async throws {
        try await withBench(buffers: 11) { bench in
            let window = try bench.prepare(0..<41_000).window
            let body = ChunkBody(window)
            unlink(bench.folder.path("source"))
            #expect(try body.drain(to: body.length) == bench.pattern.bytes)
            window.release()
        }
    }

    @Test(arguments: [2, 3, 11])
    func beginsAgainForAnotherConnection(buffers: Int) async throws {
        try await withBench(buffers: buffers) { bench in
            let window = try bench.prepare(0..<41_000).window
            let body = ChunkBody(window)
            for stop in [1, 4096, 25_000, 40_999] as [Int64] {
                #expect(try body.drain(to: stop) == bench.pattern.bytes(0..<stop))
            }
            #expect(try body.drain(to: body.length) == bench.pattern.bytes)
            // Once everything is out, the server may have it.
            #expect(try body.drain(to: body.length).isEmpty)
            #expect(body.failure?.code == .connectionLost)
            #expect(body.position == body.length)
            window.release()
            #expect(bench.isEveryBufferBack)
        }
    }

    /// A request may begin again just when a piece is on its way that it does not need any more.
    @Test func beginsAgainWhileAPieceIsRead() async throws {
        try await withBench(buffers: 3) { bench in
            let window = try bench.prepare(0..<41_000).window
            let body = ChunkBody(window)
            _ = try body.drain(to: 5 * 4096)
            try eventuallyBlocking("the sixth piece is there") { body.isReady }
            let gate = Gate()
            bench.queue.submit { gate.pass() }
            // Its first byte frees a buffer, into which a further piece is to be read.
            #expect(try body.drain(from: 5 * 4096, to: 5 * 4096 + 1).count == 1)
            var byte: UInt8 = 0
            let read = withUnsafeMutableBytes(of: &byte) { body.read(into: $0, at: 0) }
            guard case .pause = read else {
                Issue.record("piece 0 is still there: \(read)")
                return gate.open()
            }
            gate.open()
            #expect(try body.drain(to: body.length) == bench.pattern.bytes)
            window.release()
            #expect(bench.isEveryBufferBack)
        }
    }

    @Test func aRequestThatEndsWhileAPieceIsReadGivesEveryBufferBack() async throws {
        try await withBench(buffers: 3) { bench in
            let window = try bench.prepare(0..<41_000).window
            let body = ChunkBody(window)
            let gate = Gate()
            bench.queue.submit { gate.pass() }
            // The next piece is asked for, and cannot come yet.
            #expect(try body.drain(to: 4097).count == 4097)
            window.release()
            #expect(!bench.isEveryBufferBack)
            gate.open()
            try eventuallyBlocking("the last buffer is back") { bench.isEveryBufferBack }
        }
    }

    @Test(arguments: Meddling.allCases)
    func aChangeBetweenTheReadingsIsNotSent(_ meddling: Meddling) async throws {
        try await withBench(buffers: 2) { bench in
            let window = try bench.prepare(0..<41_000).window
            let body = ChunkBody(window)
            try meddling.meddle(bench.folder)
            let sent = try body.drain(to: body.length)
            #expect(sent.count < 41_000)
            #expect(sent == bench.pattern.bytes(0..<Int64(sent.count)))
            #expect(body.failure?.code == meddling.code)
            #expect(body.failure?.detail.description.contains(bench.folder.path("source")) == true)
            window.release()
            #expect(bench.isEveryBufferBack)
        }
    }

    @Test(arguments: Meddling.allCases)
    func aChangeBeforeTheFirstReadingIsNotSent(_ meddling: Meddling) async throws {
        try await withBench(buffers: 2) { bench in
            try meddling.meddle(bench.folder)
            let error = #expect(throws: TransferError.self) { try bench.prepare(0..<41_000) }
            #expect(error?.code == meddling.code)
            #expect(bench.isEveryBufferBack)
        }
    }
}

/// What may happen to a file while it is sent.
enum Meddling: CaseIterable, Sendable {
    case rewritten, grown, shortened, removed, replaced

    var code: TransferError.Code { self == .removed ? .sourceMissing : .sourceChanged }

    func meddle(_ folder: TemporaryFolder) throws {
        let path = folder.path("source")
        switch self {
        case .rewritten:
            try PatternFile(seed: 4, size: 41_000).write(to: path)
            // However coarse the clock of the file system is.
            var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
            utimensat(AT_FDCWD, path, &times, 0)
        case .grown: truncate(path, 41_001)
        case .shortened: truncate(path, 40_999)
        case .removed: unlink(path)
        case .replaced:
            // The same bytes and time of change; another file all the same.
            var status = stat()
            stat(path, &status)
            try PatternFile(seed: 3, size: 41_000).write(to: path + ".new")
            var times = [status.st_atim, status.st_mtim]
            utimensat(AT_FDCWD, path + ".new", &times, 0)
            rename(path + ".new", path)
        }
    }
}

/// Holds a thread up until it is opened.
private final class Gate: Sendable {
    private let isOpen = Condition(false)

    func open() { isOpen.signal { $0 = true } }

    func pass() { isOpen.wait { $0 ? .done(()) : .wait } }
}
