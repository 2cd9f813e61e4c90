/// How long to wait for a lock while others have it, one after the other.
///
/// Of many short commands at once, the last may wait for all the others; that is no reason to give up as long as the
/// lock goes from hand to hand.
struct LockPatience {
    private let limit: Int
    private var holder: Int32?
    private var waited = 0

    /// - Parameter limit: The longest wait for one holder, in milliseconds.
    init(_ limit: Int) {
        self.limit = limit
    }

    /// Whether to wait so many milliseconds more.
    ///
    /// - Parameter process: Who has the lock; `nil` if that is not known, and then it may be the same as before.
    mutating func allows(_ milliseconds: Int, for process: Int32?) -> Bool {
        if let process, process != holder {
            holder = process
            waited = 0
        }
        guard waited < limit else { return false }
        waited += milliseconds
        return true
    }
}
