import CNcurses
import Glibc
import TerminalUI

/// The terminal, drawn on with curses. There can be one at a time, and one thread has to own it.
///
/// Whatever way the process ends, the terminal is given back as it was: by ``restore()``, at exit, and on a crash.
public final class CursesTerminal {
    /// How to treat the terminal.
    public struct Options: Sendable {
        /// Whether to use colours where there are any.
        public var colors = true
        /// The characters to draw with; `nil` goes by the locale and the terminal.
        public var glyphs: GlyphSet?

        public init() {}

        /// Colours unless `NO_COLOR` is set and not empty.
        public static var standard: Options {
            var options = Options()
            if let value = getenv("NO_COLOR"), value.pointee != 0 { options.colors = false }
            return options
        }
    }

    /// What the terminal can show.
    public private(set) var capabilities: Capabilities
    /// Becomes readable when something comes from the terminal.
    public var inputDescriptor: Int32 { fileno(input) }
    /// Whether more can be read although ``inputDescriptor`` may not be readable.
    public var hasUnreadInput: Bool { reader.hasMore }

    private let screen: OpaquePointer
    private let input: UnsafeMutablePointer<FILE>
    private let output: UnsafeMutablePointer<FILE>
    private let painter: FramePainter
    private let reader: InputReader
    private var reports: ReportingModes
    private var extras: ExtraSender
    /// How the terminal was when we came.
    private let shellModes: termios
    private var isSuspended = false
    private var isRestored = false

    /// Takes over the controlling terminal, or standard input and output if there is none.
    public convenience init(options: Options = .standard) throws(TerminalError) {
        let controlling = open("/dev/tty", O_RDWR | O_CLOEXEC)
        if controlling >= 0 {
            defer { close(controlling) }
            try self.init(input: controlling, output: controlling, options: options)
        } else {
            guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
            try self.init(input: STDIN_FILENO, output: STDOUT_FILENO, options: options)
        }
    }

    /// Takes over the terminal behind two descriptors, which stay with the caller.
    ///
    /// - Parameter type: The name of the terminal's description; `nil` goes by `TERM`.
    public init(
        input inputDescriptor: Int32, output outputDescriptor: Int32, type: String? = nil,
        options: Options = .standard
    ) throws(TerminalError) {
        setlocale(LC_ALL, "")
        // The variables LINES and COLUMNS may be stale; the terminal knows its size.
        use_env(false)
        use_tioctl(true)
        let type = type ?? getenv("TERM").map { String(cString: $0) } ?? ""
        guard !type.isEmpty else { throw .unknownType("") }
        var modes = termios()
        guard tcgetattr(outputDescriptor, &modes) == 0 else { throw .noTerminal }
        input = try Self.stream(inputDescriptor, "r")
        do throws(TerminalError) {
            output = try Self.stream(outputDescriptor, "w")
        } catch {
            fclose(input)
            throw error
        }
        let signals = SignalActions()
        // `initscr` would end the process on an error.
        guard let screen = newterm(type, output, input) else {
            fclose(input)
            fclose(output)
            throw .unknownType(type)
        }
        // Curses took the signals that nobody had taken; its handlers would leave without saying goodbye.
        signals.restore()
        self.screen = screen
        guard Capability.string("cup") != nil else {
            endwin()
            delscreen(screen)
            fclose(input)
            fclose(output)
            throw .cannotMoveCursor(type)
        }
        shellModes = modes
        EmergencyRestore.arm(descriptor: fileno(output), modes: modes, undo: [])
        Self.setModes(descriptor: fileno(input))
        let palette = Palette(useColors: options.colors)
        let glyphs = options.glyphs ?? Self.glyphs(type: type)
        capabilities = Capabilities(glyphs: glyphs, colors: palette.colors)
        painter = FramePainter(palette: palette)
        reader = InputReader()
        reports = ReportingModes(descriptor: fileno(output))
        extras = ExtraSender(descriptor: fileno(output), type: type)
        reports.switchOn()
    }

    deinit {
        restore()
        reader.close()
        delscreen(screen)
        fclose(input)
        fclose(output)
    }

    /// The size of the terminal.
    public var size: Size {
        var columns: Int32 = 80
        var rows: Int32 = 24
        _ = carryon_window_size(fileno(output), &columns, &rows)
        return Size(columns: Int(columns), rows: Int(rows))
    }

    /// Shows a frame. Writes only what differs from the last one, and nothing at all if nothing does.
    public func present(_ frame: Frame) {
        // Curses would take the terminal back.
        guard !isRestored else { return }
        painter.present(frame)
    }

    /// What came since the last call; does not wait for anything.
    public func readInput() -> [Input] {
        reader.read()
    }

    /// Has clicks and the wheel reported, or leaves the mouse to the terminal, as it is at first.
    public func captureMouse(_ isCaptured: Bool) {
        guard !isRestored else { return }
        reports.captureMouse(isCaptured)
    }

    /// Tells the terminal something besides the frame. What it does not understand is left out.
    public func send(_ extra: TerminalExtra) {
        guard !isSuspended else { return }
        let undo = extras.undo
        extras.send(extra)
        if extras.undo != undo { armRestore() }
    }

    /// Takes notice of a new size; the next frame is painted from scratch.
    public func resized() {
        let size = size
        resizeterm(Int32(size.rows), Int32(size.columns))
        painter.forget()
    }

    /// Shows everything in another theme from the next frame on, which is painted from scratch.
    public func use(_ theme: Theme) {
        painter.use(theme)
        capabilities.chunkGlyphs = capabilities.glyphs == .utf8 ? theme.glyphs : [:]
    }

    /// Forgets what is on the terminal, so that the next frame is painted from scratch.
    public func repaint() {
        painter.forget()
    }

    /// Gives the terminal back for a while.
    public func suspend() {
        isSuspended = true
        extras.takeBack()
        reports.switchOff()
        endwin()
        EmergencyRestore.disarm()
    }

    /// Takes the terminal again after ``suspend()``; the next frame is painted from scratch.
    public func resumeAfterSuspend() {
        isSuspended = false
        armRestore()
        reset_prog_mode()
        reports.switchOn()
        resized()
    }

    /// Gives the terminal back as it was. Can be called any number of times.
    public func restore() {
        guard !isRestored else { return }
        isRestored = true
        suspend()
    }

    private func armRestore() {
        EmergencyRestore.arm(descriptor: fileno(output), modes: shellModes, undo: extras.undo)
    }

    /// A stream of its own for curses, which closes nothing of the caller's.
    private static func stream(
        _ descriptor: Int32, _ mode: String
    ) throws(TerminalError) -> UnsafeMutablePointer<FILE> {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .noTerminal }
        guard let stream = fdopen(copy, mode) else {
            close(copy)
            throw .noTerminal
        }
        return stream
    }

    private static func setModes(descriptor: Int32) {
        // Not raw: Ctrl-Z has to stop the whole process group, and Ctrl-C to reach it.
        cbreak()
        noecho()
        nonl()
        var modes = termios()
        if tcgetattr(descriptor, &modes) == 0 {
            // Ctrl-S must not freeze the screen, nor Ctrl-V or Ctrl-O swallow a key.
            modes.c_iflag &= ~tcflag_t(IXON)
            modes.c_lflag &= ~tcflag_t(IEXTEN)
            tcsetattr(descriptor, TCSANOW, &modes)
            def_prog_mode()
        }
        curs_set(0)
        // How long an Esc waits for the rest of a key's sequence, in milliseconds.
        set_escdelay(getenv("SSH_CONNECTION") == nil ? 25 : 100)
        // Otherwise a waiting key makes curses leave a frame half drawn.
        typeahead(-1)
        leaveok(carryon_screen(), true)
        scrollok(carryon_screen(), false)
    }

    private static func glyphs(type: String) -> GlyphSet {
        guard carryon_is_utf8() != 0 else { return .ascii }
        return type == "linux" ? .cp437 : .utf8
    }
}

/// The actions of the signals that curses may take for itself.
private struct SignalActions {
    private static let signals = [SIGINT, SIGTERM, SIGTSTP, SIGWINCH]
    private var actions: [sigaction] = []

    init() {
        for signal in Self.signals {
            var action = sigaction()
            sigaction(signal, nil, &action)
            actions.append(action)
        }
    }

    func restore() {
        for (signal, action) in zip(Self.signals, actions) {
            withUnsafePointer(to: action) { _ = sigaction(signal, $0, nil) }
        }
    }
}
