import CNcurses
import Glibc
import Synchronization

/// A terminal without a window: what is written to it is collected by a thread of its own.
final class Pty: Sendable {
    let master: Int32
    /// What the program under test draws on.
    let terminal: Int32
    private let collected = Mutex<[UInt8]>([])
    private let marks = Mutex(0)

    init(columns: UInt16, rows: UInt16) throws {
        var ends: (master: Int32, terminal: Int32) = (-1, -1)
        guard openpty(&ends.master, &ends.terminal, nil, nil, nil) == 0 else { throw PtyError() }
        (master, terminal) = ends
        resize(columns: columns, rows: rows)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Pty>.fromOpaque(context).takeRetainedValue().collect()
                return nil
            }, context)
        pthread_detach(thread)
    }

    func resize(columns: UInt16, rows: UInt16) {
        _ = carryon_set_window_size(terminal, columns, rows)
    }

    /// Types on the keyboard.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        write(master, bytes, bytes.count)
    }

    /// Types more than the terminal holds at once, while the test reads it.
    func typeInBackground(_ text: String) {
        let typing = Typing(pty: self, bytes: Array(text.utf8))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Typing>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(typing).toOpaque())
        pthread_detach(thread)
    }

    private final class Typing: Sendable {
        let pty: Pty
        let bytes: [UInt8]

        init(pty: Pty, bytes: [UInt8]) {
            self.pty = pty
            self.bytes = bytes
        }

        func run() {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(pty.master, $0.baseAddress, $0.count) }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Everything that was written since the last call.
    ///
    /// A mark is written behind it and waited for, so that nothing is still on its way.
    func written() -> [UInt8] {
        let mark = Array("\u{1}mark\(marks.withLock { $0 += 1; return $0 })\u{2}".utf8)
        write(terminal, mark, mark.count)
        while true {
            let found = collected.withLock { bytes -> [UInt8]? in
                guard bytes.count >= mark.count, Array(bytes.suffix(mark.count)) == mark else { return nil }
                defer { bytes = [] }
                return Array(bytes.dropLast(mark.count))
            }
            if let found { return found }
            sched_yield()
        }
    }

    /// Closes the side of the program; the collecting thread ends by that.
    func closeTerminal() {
        close(terminal)
    }

    private func collect() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            let part = buffer.prefix(count)
            collected.withLock { $0 += part }
        }
        close(master)
    }
}

struct PtyError: Error {}
