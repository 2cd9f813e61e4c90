import Foundation
import TransferCore
import WireProtocols

/// Paths and addresses as they come from the command line.
enum Paths {
    static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let normal = NSString(string: full).standardizingPath
        return path.hasSuffix("/") && normal != "/" ? normal + "/" : normal
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    static func isAddress(_ text: String) -> Bool {
        text.contains("://")
    }
}

/// Turns `SOURCE... [DESTINATION]` into wishes.
enum WishParser {
    /// - Parameter defaultFolder: Where downloads go without a destination; ends in `/`.
    /// - Throws: `UsageError`.
    static func wishes(
        _ arguments: [String], defaultFolder: String, options: TransferOptions
    ) throws -> [NewTransfer] {
        var sources = arguments
        var destination = defaultFolder
        if let last = arguments.last, arguments.count > 1, !Paths.isAddress(last) {
            sources.removeLast()
            destination = Paths.absolute(last)
            if Paths.isFolder(destination), !destination.hasSuffix("/") { destination += "/" }
        }
        if let last = sources.last, Paths.isAddress(last), sources.contains(where: { !Paths.isAddress($0) }) {
            throw UsageError(
                "uploads are not possible in this version: every source has to be an http or https address")
        }
        if sources.count > 1, !destination.hasSuffix("/") {
            throw UsageError("several sources need a folder as destination; end it with a slash: \(destination)/")
        }
        if sources.count > 1, options.sha256 != nil {
            throw UsageError("--sha256 belongs to one file, but there are \(sources.count)")
        }
        return try sources.map { source in
            try check(source)
            return NewTransfer(direction: .download, source: source, destination: destination, options: options)
        }
    }

    private static func check(_ source: String) throws {
        guard Paths.isAddress(source) else {
            throw UsageError("\(source) is not an http or https address")
        }
        guard Origin(source) != nil else {
            throw UsageError("\(Redaction.address(source)) is not an http or https address")
        }
    }
}
