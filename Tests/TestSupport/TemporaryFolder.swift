import Foundation

/// A folder of its own for one test, removed with everything in it when the value goes away.
///
/// Keep it in a variable for as long as its path is in use; `withExtendedLifetime` where nothing else does.
public final class TemporaryFolder: Sendable {
    /// Absolute, without a trailing slash.
    public let path: String

    public init() throws {
        var base = NSTemporaryDirectory()
        while base.count > 1, base.hasSuffix("/") { base.removeLast() }
        var template = Array("\(base)/carryon-test-XXXXXX".utf8CString)
        guard let created = mkdtemp(&template) else { throw SystemFailure("mkdtemp in \(base)") }
        path = String(cString: created)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ pattern: PatternFile, to name: String) throws -> String {
        try pattern.write(to: path(name))
        return path(name)
    }

    /// The content of a file.
    public func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Makes a folder in the folder and returns its path.
    @discardableResult
    public func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        return path(name)
    }

    /// The names in the folder, sorted.
    public func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
