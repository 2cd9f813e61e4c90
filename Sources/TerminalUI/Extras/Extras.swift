import TransferCore

/// Decides what the terminal program is told besides the screen: the title, the progress, and what happened while
/// nobody looked. Knows no clock and does no I/O.
public struct Extras: Sendable {
    private let settings: TerminalSettings
    private let notify: NotifyMethod
    private let showsProgress: Bool

    private var notifier = Notifier()
    /// `nil` until the terminal has said.
    private var isFocused: Bool?
    private var title: Paced<Label>
    private var progress: Paced<TaskProgress>

    /// - Parameter variable: Looks up a variable of the environment, which tells what the terminal program can do.
    public init(settings: TerminalSettings, variable: (String) -> String?) {
        let kind = TerminalKind(variable)
        self.settings = settings
        notify = settings.notify == .auto ? kind.notify : settings.notify
        showsProgress = settings.progress == .auto ? kind.showsProgress : settings.progress == .on
        title = Paced()
        progress = Paced()
    }

    /// Takes in a newer picture.
    public mutating func take(_ snapshot: EngineSnapshot, now: Instant) -> [TerminalExtra] {
        let digest = QueueDigest(snapshot.transfers, since: notifier.drainedAt ?? snapshot.takenAtWall)
        var extras: [TerminalExtra] = []
        if let news = notifier.take(snapshot, digest), isFocused != true, notify != .none {
            extras.append(.notification(news, notify))
        }
        if settings.title { title.wanted = Self.title(digest) }
        if showsProgress {
            progress.wanted = Self.progress(digest)
            // Some terminals forget it after 15 seconds. While nothing moves, there is no reason to wake up for that.
            progress.repetition = digest.running > 0 && !snapshot.isIdle ? .seconds(10) : nil
        }
        return extras + tick(now)
    }

    /// The window got the focus or lost it.
    public mutating func take(focus isFocused: Bool) {
        self.isFocused = isFocused
    }

    /// What is due by `now`.
    public mutating func tick(_ now: Instant) -> [TerminalExtra] {
        var extras: [TerminalExtra] = []
        if let title = title.take(now) { extras.append(.title(title)) }
        if let progress = progress.take(now) { extras.append(.progress(progress)) }
        return extras
    }

    /// When something will be due although nothing happens; `nil` if nothing will.
    public var nextTick: Instant? {
        [title.due, progress.due].compactMap { $0 }.min()
    }

    /// Text for the clipboard; `nil` if the user wants none there.
    public func copy(_ text: ClipboardText) -> TerminalExtra? {
        settings.clipboard ? .copy(text) : nil
    }

    /// The terminal has forgotten everything: it was given back for a while.
    public mutating func forget() {
        title.forget()
        progress.forget()
    }

    private static func title(_ digest: QueueDigest) -> Label {
        var parts: [Label] = []
        if !digest.needy.isEmpty { parts.append("\(Format.count(digest.needy.count)) stopped") }
        if digest.running > 0 {
            if let percent = digest.percent { parts.append("\(percent)%") }
            if digest.bytesPerSecond >= 0.5 { parts.append(Format.speed(digest.bytesPerSecond)) }
            if let name = digest.firstRunning {
                let others = digest.running - 1
                parts.append(others > 0 ? "\(name.short) and \(Format.count(others)) more" : name.short)
            }
        } else if digest.paused > 0 {
            parts.append("\(Format.count(digest.paused)) paused")
        }
        return parts.isEmpty ? "carryon" : "\(parts.joined(separator: " ")) - carryon"
    }

    private static func progress(_ digest: QueueDigest) -> TaskProgress {
        if digest.running > 0 { return digest.percent.map { .running(percent: $0) } ?? .indeterminate }
        if !digest.needy.isEmpty { return .stuck(percent: digest.percent ?? 100) }
        if digest.paused > 0 { return .paused(percent: digest.percent ?? 0) }
        return .none
    }
}

extension SafeText {
    fileprivate var short: Label { Label(self).fitted(to: 40) }
}
