import Glibc

/// Why a server cannot use its data folder, in a sentence.
public struct DataFolderError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// The error of the system call that has just failed.
    static func system(_ what: String) -> DataFolderError {
        DataFolderError("cannot \(what): \(String(cString: strerror(errno)))")
    }
}
