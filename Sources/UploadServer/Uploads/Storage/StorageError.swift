import Glibc

/// Why bytes could not be stored.
enum StorageError: Error, Hashable {
    case noRoom
    /// A file or folder stands in the way.
    case nameTaken
    case failed(String)

    /// For people; begins in lowercase.
    var sentence: String {
        switch self {
        case .noRoom: "there is no room left"
        case .nameTaken: "there is a file or a folder of that name already"
        case .failed(let sentence): sentence
        }
    }

    /// The error of the system call that has just failed.
    ///
    /// - Parameter what: What was tried, as it stands in a sentence: "write a chunk".
    static func system(_ what: String) -> StorageError {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: .noRoom
        case EEXIST, ENOTEMPTY: .nameTaken
        default: .failed("cannot \(what): \(String(cString: strerror(errno)))")
        }
    }
}
