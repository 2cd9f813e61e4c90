import CNcurses
import Glibc
import TerminalUI

/// Sends extras to the terminal, and knows what is to be undone in the end.
struct ExtraSender {
    /// Takes back what was sent; empty if there is nothing to take back.
    private(set) var undo: [UInt8] = []

    private let encoder: ExtraEncoder
    private let descriptor: Int32
    private var isTitleSaved = false
    private var showsProgress = false

    /// - Parameter type: The name of the terminal's description.
    init(descriptor: Int32, type: String) {
        self.descriptor = descriptor
        let statusLine = Capability.string("tsl") ?? []
        encoder = ExtraEncoder(
            takesCommands: tigetflag("XT") == 1 || statusLine.starts(with: "\u{1B}]".utf8) || type.hasPrefix("screen"),
            isUTF8: carryon_is_utf8() != 0, clipboard: Self.clipboard)
    }

    mutating func send(_ extra: TerminalExtra) {
        var bytes = encoder.bytes(for: extra)
        guard !bytes.isEmpty else { return }
        switch extra {
        case .title where !isTitleSaved:
            isTitleSaved = true
            bytes = encoder.title(isSaved: true) + bytes
        case .progress(let progress): showsProgress = progress != .none
        default: break
        }
        undo =
            (showsProgress ? encoder.bytes(for: .progress(.none)) : [])
            + (isTitleSaved ? encoder.title(isSaved: false) : [])
        writeAll(bytes, to: descriptor)
    }

    /// Takes back what was sent.
    mutating func takeBack() {
        writeAll(undo, to: descriptor)
        undo = []
        isTitleSaved = false
        showsProgress = false
    }

    @Sendable private static func clipboard(_ base64: String) -> [UInt8] {
        guard let template = tigetstr("Ms"), Int(bitPattern: template) != -1,
            let command = carryon_expand(template, "c", base64)
        else { return Array("\u{1B}]52;c;\(base64)\u{7}".utf8) }
        return UnsafeBufferPointer(start: command, count: strlen(command)).map { UInt8(bitPattern: $0) }
    }
}
