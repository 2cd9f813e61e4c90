import GRDB
import Glibc
import TransferCore

/// What kept the queue's database, or the folder around it, from doing its work.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a program can tell apart.
    public enum Kind: Sendable {
        /// A later version of carryon wrote the database.
        case newerVersion
        /// The file is not a database of ours, or parts of it make no sense.
        case damaged
        /// Another process holds the database.
        case busy
        /// No room is left.
        case diskFull
        /// The state folder cannot be used as it is.
        case folder
        /// The operating system or SQLite refused.
        case failed
    }

    public let kind: Kind
    /// The file or folder concerned.
    public let path: String
    /// One clear sentence that names the file or folder, made safe to show.
    public let description: String

    init(_ kind: Kind, path: String, _ sentence: String) {
        self.kind = kind
        self.path = path
        description = SafeText(sentence).description
    }

    /// The error of the system call that has just failed.
    static func system(_ kind: Kind = .failed, path: String, _ what: String, code: Int32 = errno) -> StoreError {
        StoreError(kind, path: path, "cannot \(what): \(String(cString: strerror(code)))")
    }

    static func damaged(_ path: String, _ reason: String) -> StoreError {
        StoreError(
            .damaged, path: path,
            "the database \(path) is damaged (\(reason)); move it away to start with an empty queue")
    }

    // The statement and its arguments stay out of the sentence: they may hold secrets.
    init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH:
            self = .damaged(path, reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, path: path, "another program is using the database \(path)")
        case .SQLITE_FULL:
            self.init(.diskFull, path: path, "no room is left to write to the database \(path)")
        default:
            self.init(.failed, path: path, "the database \(path) cannot be used: \(reason)")
        }
    }
}
