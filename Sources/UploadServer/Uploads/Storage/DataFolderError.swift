import GRDB
import Glibc

/// Why a server cannot use its data folder, in a sentence.
public struct DataFolderError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What stood in the way of putting right what the last server has left.
    init(reconciling error: any Error) {
        let reason =
            switch error {
            case let error as StorageError: error.sentence
            case let error as DatabaseError: "the database says: \(error.message ?? "SQLite error \(error.resultCode)")"
            default: "\(error)"
            }
        self.init("cannot take up the unfinished uploads: \(reason)")
    }

    /// The error of the system call that has just failed.
    static func system(_ what: String) -> DataFolderError {
        DataFolderError("cannot \(what): \(String(cString: strerror(errno)))")
    }
}
