import Glibc
import Synchronization

@testable import TestSupport

/// Sends the same bytes to everybody who asks, whatever they are, and closes. It remembers the first lines.
final class RawServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let thread: JoinableThread
    private let lines = Lines()

    /// What was asked for, in order: method, target and version.
    var requestLines: [String] { lines.list.withLock { $0 } }

    private final class Lines: Sendable {
        let list = Mutex<[String]>([])
    }

    init(_ answer: [UInt8]) throws {
        let (listener, port) = try Loopback.listen(port: 0)
        self.listener = listener
        self.port = port
        let lines = self.lines
        thread = try JoinableThread {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                Self.serve(socket, answer, lines)
                close(socket)
            }
        }
    }

    convenience init(_ answer: String) throws {
        try self.init(Array(answer.utf8))
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
        close(listener)
    }

    private static func serve(_ socket: Int32, _ answer: [UInt8], _ lines: Lines) {
        var input: [UInt8] = []
        while !input.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            input += buffer[..<count]
        }
        let line = String(decoding: input.prefix { $0 != 13 }, as: UTF8.self)
        lines.list.withLock { $0.append(line) }
        var sent = 0
        while sent < answer.count {
            let count = answer.withUnsafeBytes {
                send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
