import Foundation
import Glibc
import TerminalUI

/// Every role of a theme in its own colours, for a terminal without a screen.
enum ThemeSample {
    /// How many colours can be sent to standard output; `nil` if it is no terminal, 0 if none are wanted.
    static var colorsOfOutput: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        let environment = ProcessInfo.processInfo.environment
        if environment["NO_COLOR"].map({ !$0.isEmpty }) == true { return 0 }
        return ["truecolor", "24bit"].contains(environment["COLORTERM"]) ? 1 << 24 : 256
    }

    static func lines(of theme: Theme, colors: Int?) -> [String] {
        Role.allCases.map { role in
            let name = role.rawValue.padding(toLength: 14, withPad: " ", startingAt: 0)
            let text = " \(name) \(glyphs(role))  "
            guard let colors else { return text }
            let appearance = theme.appearance(of: Style(role, role.attributes), colors: colors)
            return "\u{1B}[\(rendition(appearance))m\(text)\u{1B}[0m"
        }
    }

    private static func glyphs(_ role: Role) -> String {
        switch role {
        case .chunkPending: "········"
        case .chunkFilling: "▁▂▃▄▅▆▇▇"
        case .chunkVerifying: "◇◇◇◇◇◇◇◇"
        case .chunkRetry: "12345678"
        case .chunkRefetch: "!!!!!!!!"
        case .chunkSkipped: "░░░░░░░░"
        case .chunkFailed: "××××××××"
        case .chunkSafe, .heat1, .heat2, .heat3, .heat4, .heat5: "████████"
        default: "The text."
        }
    }

    /// The numbers of "select graphic rendition" (ECMA-48, 8.3.117), and those of xterm for more colours.
    private static func rendition(_ appearance: Appearance) -> String {
        var numbers = [0]
        let codes: [(Style.Attributes, Int)] = [(.bold, 1), (.dim, 2), (.underline, 4), (.reverse, 7)]
        numbers += codes.filter { appearance.attributes.contains($0.0) }.map(\.1)
        numbers += color(appearance.foreground, 38) + color(appearance.background, 48)
        return numbers.map(String.init).joined(separator: ";")
    }

    private static func color(_ color: ThemeColor, _ number: Int) -> [Int] {
        switch color {
        case .terminalDefault: []
        case .indexed(let index): [number, 5, Int(index)]
        case .rgb(let rgb): [number, 2, Int(rgb.red), Int(rgb.green), Int(rgb.blue)]
        }
    }
}
