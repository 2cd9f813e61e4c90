import Glibc

/// What the terminal is asked to report besides keys: clicks and the wheel (xterm's modes 1000 and 1006, no motion),
/// the focus of the window (1004), and where pasted text begins and ends (2004).
struct ReportingModes {
    /// Undoes everything, whatever was asked for.
    static var off: [UInt8] {
        isUnderstood ? Array("\u{1B}[?1000l\u{1B}[?1006l\u{1B}[?1004l\u{1B}[?2004l".utf8) : []
    }

    /// Whether clicks and the wheel are reported; the terminal's own way to select text needs Shift then.
    private(set) var isMouseCaptured = false
    private var isOn = false
    private let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    mutating func captureMouse(_ isCaptured: Bool) {
        isMouseCaptured = isCaptured
        if isOn { send(Self.mouse(isCaptured)) }
    }

    mutating func switchOn() {
        isOn = true
        send("\u{1B}[?1004h\u{1B}[?2004h" + (isMouseCaptured ? Self.mouse(true) : ""))
    }

    mutating func switchOff() {
        isOn = false
        writeAll(Self.off, to: descriptor)
    }

    private static func mouse(_ isOn: Bool) -> String {
        isOn ? "\u{1B}[?1000h\u{1B}[?1006h" : "\u{1B}[?1000l\u{1B}[?1006l"
    }

    /// Terminals of other families would print the sequences; all of this one ignore modes that they do not have.
    private static var isUnderstood: Bool { Capability.string("cup")?.starts(with: "\u{1B}[".utf8) == true }

    private func send(_ text: String) {
        guard Self.isUnderstood else { return }
        writeAll(Array(text.utf8), to: descriptor)
    }
}

/// Writes past curses, which has nothing of its own under way between two frames. What a terminal that is gone does
/// not take is lost.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}
