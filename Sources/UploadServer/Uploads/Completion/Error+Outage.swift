import TransferCore

extension Error {
    /// Whether nothing was heard of the object store: all else that is asked of it would meet with the same.
    var isOutage: Bool {
        switch self {
        case let error as TransferError: error.code.isOutage
        case let problem as Problem: problem.cause?.isOutage ?? false
        default: false
        }
    }
}
