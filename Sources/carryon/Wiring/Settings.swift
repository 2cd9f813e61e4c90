import Foundation
import TOMLKit
import TerminalUI
import TransferCore

/// What the user has set once and for all, in `config.toml`.
struct Settings {
    /// Where downloads go that name no destination; ends in `/`.
    var downloadFolder: String
    var connections = TransferOptions().connections
    /// Requests at the same time for an upload: each chunk waits for the server's disk, which does not get faster by
    /// being asked more often.
    var uploadConnections = 4
    var engine = EngineSettings()
    /// The name of the screen's theme; `nil` if none was chosen.
    var theme: String?
    /// What the keys of the screen do.
    var keyMap = KeyMap.standard
    var terminal = TerminalSettings()

    /// Reads `$XDG_CONFIG_HOME/carryon/config.toml`, by default `~/.config/carryon/config.toml`; one that is not there
    /// is fine.
    ///
    /// - Throws: One sentence that names the file and what is wrong in it.
    static func load(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Settings {
        let home = environment["HOME"] ?? NSHomeDirectory()
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.config"
        let path = base + "/carryon/config.toml"
        var settings = Settings(downloadFolder: (environment["XDG_DOWNLOAD_DIR"] ?? home + "/Downloads") + "/")
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return settings }
        do {
            try settings.apply(TOMLTable(string: text), home: home)
        } catch let error as UsageError {
            throw Failure("\(path): \(error.sentence)")
        } catch {
            throw Failure("\(path): \(error)")
        }
        return settings
    }

    private mutating func apply(_ table: TOMLTable, home: String) throws {
        for key in table.keys.sorted() {
            switch key {
            case "download-folder":
                guard let folder = table[key]?.string, !folder.isEmpty else {
                    throw UsageError("download-folder must be the path of a folder")
                }
                let expanded = folder.hasPrefix("~/") ? home + folder.dropFirst() : folder
                downloadFolder = expanded.hasSuffix("/") ? expanded : expanded + "/"
            case "connections": connections = try number(table, key, 1...64)
            case "upload-connections": uploadConnections = try number(table, key, 1...64)
            case "connections-per-remote": engine.connectionsPerRemote = try number(table, key, 1...256)
            case "max-active": engine.maxActive = try number(table, key, 1...64)
            case "stall-timeout": engine.stallTimeout = .seconds(try number(table, key, 1...3600))
            case "connect-timeout": engine.connectTimeout = .seconds(try number(table, key, 1...3600))
            case "terminal":
                guard let table = table[key]?.table else { throw UsageError("terminal must be a table") }
                try terminal.apply(table)
            case "retries": engine.retry.limit = try number(table, key, 1...1_000_000)
            case "theme":
                guard let name = table[key]?.string else { throw UsageError("theme must be the name of a theme") }
                theme = name
            case "keys": try apply(keys: table)
            default: throw UsageError("there is no setting called \(key)")
            }
        }
    }

    private mutating func apply(keys table: TOMLTable) throws {
        guard let keys = table["keys"]?.table else {
            throw UsageError("keys is a table of actions, such as [keys] with remove = \"x\" below")
        }
        var changes: [String: [String]] = [:]
        for action in keys.keys {
            if let key = keys[action]?.string {
                changes[action] = [key]
            } else if let list = keys[action]?.array {
                changes[action] = list.compactMap(\.string)
            } else {
                throw UsageError("keys.\(action) must be a key or a list of keys")
            }
        }
        do throws(KeyMap.Conflict) {
            keyMap = try KeyMap.standard.changed(changes)
        } catch {
            throw UsageError("keys: \(error)")
        }
    }

    private func number(_ table: TOMLTable, _ key: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let value = table[key]?.int, range.contains(value) else {
            throw UsageError("\(key) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
