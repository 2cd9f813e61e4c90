import TerminalUI
import TransferCore

/// Where a text stops being TOML, and why.
struct TOMLSyntaxError: Error {
    var position: SourcePosition
    var message: Label

    static func duplicate(_ key: TOMLKey) -> TOMLSyntaxError {
        TOMLSyntaxError(
            position: key.position, message: "\"\(SafeText(String(key.text.prefix(60))))\" is there already")
    }
}
