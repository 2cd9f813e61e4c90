import Glibc

/// The folder that holds the queue, its lock, its socket and its log; it belongs to one person alone.
public struct StateFolder: Hashable, Sendable {
    /// Absolute, without a trailing slash.
    public let path: String

    /// Where the folder is: `--state`, else `$CARRYON_STATE`, else `$XDG_STATE_HOME/carryon`, else
    /// `~/.local/state/carryon`. Empty values count as absent. It looks at nothing but its parameters.
    ///
    /// - Parameter option: The value of `--state`.
    /// - Parameter currentFolder: Absolute; relative values start from it.
    public static func locate(
        option: String?, environment: [String: String], currentFolder: String
    ) throws(StoreError) -> String {
        func value(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

        if let named = value(option) ?? value(environment["CARRYON_STATE"]) {
            return clean(named.hasPrefix("/") ? named : "\(currentFolder)/\(named)")
        }
        // The XDG specification wants relative paths ignored.
        if let base = value(environment["XDG_STATE_HOME"]), base.hasPrefix("/") { return clean("\(base)/carryon") }
        if let home = value(environment["HOME"]), home.hasPrefix("/") { return clean("\(home)/.local/state/carryon") }
        throw StoreError(
            .folder, path: "", "there is no place for the queue: HOME is not set; name a folder with --state")
    }

    /// Takes the folder into use. Creates it and what is missing above it, for its owner alone; refuses one that
    /// others could tamper with.
    ///
    /// - Parameter path: Absolute.
    public init(path: String) throws(StoreError) {
        self.path = Self.clean(path)
        try Self.create(self.path)
        try Self.check(self.path)
    }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

    public var database: String { file("carryon.db") }
    public var lock: String { file("engine.lock") }
    public var socket: String { file("control.sock") }
    public var log: String { file("carryon.log") }

    /// Without doubled and trailing slashes. `..` stays: it depends on links.
    private static func clean(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func create(_ path: String) throws(StoreError) {
        var folder = ""
        for name in path.split(separator: "/") {
            folder += "/\(name)"
            if mkdir(folder, 0o700) == 0 {
                // The umask may have taken away bits that the owner needs.
                guard chmod(folder, 0o700) == 0 else { throw .system(.folder, path: folder, "make \(folder) private") }
            } else if errno != EEXIST {
                let code = errno
                // Some systems answer something else for a folder that exists where nothing can be created.
                guard access(folder, F_OK) != 0 else { continue }
                throw .system(.folder, path: path, "create the state folder \(path)", code: code)
            }
        }
    }

    private static func check(_ path: String) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system(.folder, path: path, "use the state folder \(path)") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.folder, path: path, "the state folder \(path) is not a folder; name another with --state")
        }
        guard status.st_uid == geteuid() else {
            throw StoreError(
                .folder, path: path, "the state folder \(path) belongs to another user; name another with --state")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw StoreError(
                .folder, path: path, "other users may write to the state folder \(path); forbid it with chmod go-w")
        }
        guard faccessat(AT_FDCWD, path, R_OK | W_OK | X_OK, AT_EACCESS) == 0 else {
            throw .system(.folder, path: path, "write to the state folder \(path)")
        }
    }
}
