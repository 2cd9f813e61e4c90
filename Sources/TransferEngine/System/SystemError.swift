import Glibc
import SystemPackage
import TransferCore

/// What a failed system call means for a transfer.
enum SystemError {
    /// - Parameter what: What was tried, as it stands in a sentence: "write to NAME".
    static func error(_ errno: Errno, _ what: String) -> TransferError {
        let code: TransferError.Code
        switch errno {
        case .noSpace, .diskQuotaExceeded, .fileTooLarge: code = .diskFull
        case .permissionDenied, .notPermitted, .readOnlyFileSystem: code = .permissionDenied
        case .fileExists: code = .nameTaken
        case .noSuchFileOrDirectory, .notDirectory: code = .folderMissing
        default: code = .fileFailure
        }
        return TransferError(code, "cannot \(what): \(errno.description)")
    }

    /// The error of the call that has just failed.
    static func last(_ what: String) -> TransferError {
        error(Errno(rawValue: errno), what)
    }
}
