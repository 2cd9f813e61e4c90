import CNcurses
import Glibc
import TerminalUI
import TransferCore

/// Keeps the screen going: waits for keys, signals and new pictures of the engine, and for nothing else.
///
/// It belongs on a thread of its own that may block, such as the main thread. Call ``blockSignals()`` before any other
/// thread exists.
public final class ScreenLoop {
    /// Why the loop came to its end.
    public enum Ending: Equatable, Sendable {
        case quit
        /// SIGINT, SIGTERM or SIGHUP; a terminal that is gone counts as SIGHUP.
        case signal(Int32)
    }

    let terminal: CursesTerminal
    private let client: any EngineClient
    private let host: (any ScreenHost)?
    private let themes: any ThemeSource
    private let mail = ScreenMail()
    private let now: () -> Instant
    private var state: AppState
    private var extras: Extras
    private let signals = SignalDescriptor()
    /// The least time between two frames that nobody pressed a key for.
    private let interval: Duration

    private var lastDataFrame: Instant?
    /// When a picture that is waiting may be shown.
    private var dataDue: Instant?
    private var resizeDue: Instant?

    /// - Parameters:
    ///   - host: Does what needs more than a screen knows; without one nothing can be added.
    ///   - themes: What can be chosen from.
    ///   - theme: The name of the first of them to be used; one that cannot be used is told of on the screen.
    ///   - settings: What the user wants of the terminal besides the screen.
    ///   - utcOffset: How far local time is ahead of UTC, in seconds.
    ///   - now: The clock that the engine's pictures go by.
    public init(
        terminal: CursesTerminal, client: any EngineClient, host: (any ScreenHost)? = nil,
        keyMap: KeyMap = .standard, themes: any ThemeSource = BuiltInThemes(), theme: String = Theme.terminalName,
        settings: TerminalSettings, utcOffset: Int = 0, now: @escaping () -> Instant
    ) {
        self.terminal = terminal
        self.client = client
        self.host = host
        self.themes = themes
        self.now = now
        state = AppState(
            size: terminal.size, keyMap: keyMap, utcOffset: utcOffset, themes: themes.names, theme: theme,
            isMouseCaptured: settings.mouse)
        extras = Extras(settings: settings) { name in getenv(name).map { String(cString: $0) } }
        interval = .milliseconds(getenv("SSH_CONNECTION") == nil ? 100 : 250)
    }

    /// Keeps the signals that the loop reads from being delivered to this thread and to all that it starts.
    public static func blockSignals() {
        var set = SignalDescriptor.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Runs until the user quits or a signal ends it. The terminal is left for the caller to restore.
    public func run() -> Ending {
        terminal.captureMouse(state.isMouseCaptured)
        use(theme: state.theme)
        takeSnapshot()
        while true {
            if let ending = step() { return ending }
        }
    }

    /// Waits once and deals with what came.
    func step() -> Ending? {
        // While a picture waits for its time, newer ones need not wake us.
        var descriptors = [
            pollfd(fd: terminal.inputDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: dataDue == nil ? client.changes : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: mail.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&descriptors, nfds_t(descriptors.count), timeout())
        guard count >= 0 else { return nil }
        if descriptors[1].revents != 0, let ending = takeSignals() { return ending }
        if descriptors[0].revents != 0 || terminal.hasUnreadInput, let ending = takeInput(descriptors[0].revents) {
            return ending
        }
        if descriptors[3].revents != 0 { takeMail() }
        let now = now()
        if descriptors[2].revents != 0 {
            dataDue = lastDataFrame.map { max(now, $0 + interval) } ?? now
        }
        takeDue(now)
        return nil
    }

    /// In milliseconds until something has to be drawn; -1 if only something from outside can change the screen.
    func timeout() -> Int32 {
        if terminal.hasUnreadInput { return 0 }
        let dues = [dataDue, resizeDue, state.nextTick, extras.nextTick]
        guard let due = dues.compactMap({ $0 }).min() else { return -1 }
        let nanoseconds = (due - now()).nanoseconds
        return Int32(clamping: max(0, (nanoseconds + 999_999) / 1_000_000))
    }

    private func takeDue(_ now: Instant) {
        if let resizeDue, resizeDue <= now {
            self.resizeDue = nil
            terminal.resized()
            _ = state.update(.resized(terminal.size))
            draw()
        }
        if let dataDue, dataDue <= now {
            takeSnapshot()
        } else if let tick = state.nextTick, tick <= now {
            perform(state.update(.tick(now)))
            draw()
        }
        send(extras.tick(now))
    }

    private func send(_ extras: [TerminalExtra]) {
        for extra in extras { terminal.send(extra) }
    }

    private func takeMail() {
        for reply in mail.read() { perform(state.update(.reply(reply))) }
        draw()
    }

    private func takeSnapshot() {
        client.acknowledgeChanges()
        dataDue = nil
        let now = now()
        lastDataFrame = now
        perform(state.update(.tick(now)))
        let snapshot = client.snapshot()
        perform(state.update(.snapshot(snapshot)))
        draw()
        send(extras.take(snapshot, now: now))
    }

    private func draw() {
        terminal.present(render(state, size: state.size, capabilities: terminal.capabilities))
    }

    private func takeInput(_ events: Int16) -> Ending? {
        let inputs = terminal.readInput()
        // An idle screen was told the time long ago.
        if !inputs.isEmpty { perform(state.update(.tick(now()))) }
        for input in inputs {
            if case .focus(let isFocused) = input { extras.take(focus: isFocused) }
            if let ending = perform(state.update(input.message)) { return ending }
        }
        if inputs.isEmpty && isInputGone(events) { return .signal(SIGHUP) }
        if !inputs.isEmpty { draw() }
        return nil
    }

    /// Whether the terminal is readable because it is gone.
    private func isInputGone(_ events: Int16) -> Bool {
        if events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return true }
        var descriptor = pollfd(fd: terminal.inputDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 1 && carryon_bytes_waiting(terminal.inputDescriptor) <= 0
    }

    private func takeSignals() -> Ending? {
        for signal in signals.read() {
            switch signal {
            case SIGINT, SIGTERM, SIGHUP:
                return .signal(signal)
            case SIGWINCH:
                // Dragging a window sends dozens.
                resizeDue = resizeDue ?? now() + .milliseconds(30)
            case SIGTSTP:
                suspend()
            case SIGCONT:
                comeBack()
            default:
                break
            }
        }
        return nil
    }

    @discardableResult
    private func perform(_ commands: [Command]) -> Ending? {
        for command in commands {
            switch command {
            case .engine(let command):
                client.send(command)
                // The answer to a key is shown at once.
                lastDataFrame = nil
                dataDue = nil
            case .quit:
                return .quit
            case .suspend:
                suspend()
            case .repaint:
                terminal.repaint()
            case .theme(let name):
                use(theme: name)
            case .add(let arguments):
                guard let host else {
                    perform(state.update(.reply(.refused(SafeText("nothing can be added here")))))
                    break
                }
                host.add(arguments) { [mail] in mail.post($0) }
            case .complete(let path):
                host?.complete(path) { [mail] in mail.post($0) }
            case .captureMouse(let isCaptured):
                terminal.captureMouse(isCaptured)
            case .copy(let text):
                if let extra = extras.copy(text) { terminal.send(extra) }
            }
        }
        return nil
    }

    /// Whatever is wrong with a theme, the one before it stays.
    private func use(theme name: String) {
        do throws(ThemeUnavailable) {
            terminal.use(try themes.theme(named: name))
        } catch {
            perform(state.update(.notice(error.label)))
        }
    }

    /// Stops the whole process group, as Ctrl-Z does, and returns when it goes on.
    private func suspend() {
        terminal.suspend()
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        kill(0, SIGTSTP)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        comeBack()
    }

    private func comeBack() {
        terminal.resumeAfterSuspend()
        extras.forget()
        _ = state.update(.resized(terminal.size))
        perform(state.update(.tick(now())))
        draw()
    }
}
