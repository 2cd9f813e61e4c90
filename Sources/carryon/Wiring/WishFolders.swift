import Glibc
import TransferCore

extension WishParser.Wishes {
    /// Makes the folders that are not there yet. What would go into one that cannot be made is left out.
    mutating func makeFolders() {
        var failed: [String] = []
        func isLost(_ path: String) -> Bool {
            failed.contains { path.utf8.starts(with: $0.utf8) }
        }
        for folder in folders where !isLost(folder) {
            guard let reason = Self.make(folder) else { continue }
            failed.append(folder)
            leftOut.append("what belongs into \(folder): \(reason)")
        }
        if !failed.isEmpty { transfers.removeAll { isLost($0.destination) } }
    }

    /// Makes a folder and those above it.
    ///
    /// - Parameter folder: Ends in a slash.
    /// - Returns: Why there is no such folder; `nil` if there is.
    private static func make(_ folder: String) -> String? {
        // The umask takes away what the user does not want others to have.
        if Paths.isFolder(folder) || mkdir(folder, 0o755) == 0 { return nil }
        let upper = folder.utf8.dropLast().lastIndex(of: UInt8(ascii: "/")).map { String(folder[...$0]) }
        guard errno == ENOENT, let upper, upper != folder else {
            return "the folder cannot be made: \(String(cString: strerror(errno)))"
        }
        return make(upper) ?? (mkdir(folder, 0o755) == 0 ? nil : String(cString: strerror(errno)))
    }
}
