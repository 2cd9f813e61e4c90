/// What is known of the terminal program by the variables that it sets.
struct TerminalKind {
    /// How it shows a notification.
    let notify: NotifyMethod
    /// Whether it shows progress by OSC 9;4. Others take that for a notification, or ring the bell.
    let showsProgress: Bool

    /// - Parameter variable: Looks up a variable of the environment.
    init(_ variable: (String) -> String?) {
        let type = variable("TERM") ?? ""
        // A multiplexer hands nothing on, while the variables of the terminal around it are still there.
        if variable("TMUX") != nil || variable("STY") != nil || type.hasPrefix("tmux") || type.hasPrefix("screen") {
            notify = .bell
            showsProgress = false
            return
        }
        let program = variable("TERM_PROGRAM") ?? ""
        if ["ghostty", "WezTerm", "iTerm.app"].contains(program) || type == "xterm-ghostty" || type == "xterm-kitty" {
            notify = .osc9
        } else if type == "foot" || type.hasPrefix("foot-") || type.hasPrefix("rxvt-unicode") {
            notify = .osc777
        } else {
            notify = .bell
        }
        showsProgress =
            ["ghostty", "WezTerm", "mintty"].contains(program) || type == "xterm-ghostty"
            || ["WT_SESSION", "KONSOLE_VERSION"].contains { variable($0) != nil } || variable("ConEmuANSI") == "ON"
    }
}
