import TransferCore
import WireProtocols

/// What the store said of one upload.
enum StoreSighting: Sendable {
    /// The store knows the upload, with these parts; `nil` if it was not asked for them.
    case there([S3Part]?)
    case notThere
    case noAnswer
}

/// What the store said of uploads a moment ago, and what it is being asked now. It stays small, however many there are.
struct SightingMemory: Sendable {
    struct Look: Sendable {
        let number: Int
        /// Whether parts were asked for.
        fileprivate(set) var isList: Bool
        let task: Task<StoreSighting, Never>
        /// `nil` while the store is asked.
        fileprivate(set) var seen: StoreSighting?
        /// Whether somebody has waited in vain for it.
        fileprivate(set) var isSlow = false
        fileprivate var seenAt: Instant

        fileprivate mutating func forgetParts() {
            guard case .there(_?) = seen else { return }
            (seen, isList) = (.there(nil), false)
        }
    }

    /// How long a list of parts is good for: a client that starts again and again is told of its parts each time.
    static let listAge = Duration.seconds(2)
    /// The same of the answer that there is such an upload.
    static let age = Duration.seconds(10)
    /// How many uploads are remembered.
    private static let mostLooks = 1000
    /// How many parts are remembered in all lists together: two of the longest, which are some megabytes.
    static let mostParts = 20_000

    private var looks: [UploadID: Look] = [:]
    private var lastNumber = 0

    /// How many parts are remembered.
    var partCount: Int {
        looks.values.reduce(0) { count, look in
            guard case .there(let parts?) = look.seen else { return count }
            return count + parts.count
        }
    }

    /// All questions that the store has not answered yet.
    var tasks: [Task<StoreSighting, Never>] { looks.values.filter { $0.seen == nil }.map(\.task) }

    /// The look that is good enough: the store is still being asked, or has answered a moment ago.
    func look(at id: UploadID, isList: Bool, now: Instant) -> Look? {
        guard let look = looks[id], look.isList || !isList else { return nil }
        return look.seen == nil || now - look.seenAt < (isList ? Self.listAge : Self.age) ? look : nil
    }

    /// Begins to ask the store.
    ///
    /// - Parameter task: Made with the number of the look.
    mutating func begin(
        _ id: UploadID, isList: Bool, now: Instant, _ task: (Int) -> Task<StoreSighting, Never>
    ) -> Look {
        forgetOld(now)
        if looks.count >= Self.mostLooks { looks = [:] }
        lastNumber += 1
        let look = Look(number: lastNumber, isList: isList, task: task(lastNumber), seenAt: now)
        looks[id] = look
        return look
    }

    /// Keeps an answer, unless the store was asked again since.
    mutating func keep(_ seen: StoreSighting, of id: UploadID, number: Int, now: Instant) {
        guard var look = looks[id], look.number == number else { return }
        forgetOld(now)
        (look.seen, look.seenAt) = (seen, now)
        looks[id] = look
        guard partCount > Self.mostParts else { return }
        for other in looks.keys where other != id { looks[other]?.forgetParts() }
        if partCount > Self.mostParts { looks[id]?.forgetParts() }
    }

    /// Somebody has waited long enough: others need not.
    mutating func waitedInVain(for id: UploadID, number: Int) {
        if looks[id]?.number == number { looks[id]?.isSlow = true }
    }

    private mutating func forgetOld(_ now: Instant) {
        looks = looks.filter { $0.value.seen == nil || now - $0.value.seenAt < Self.age }
        for (id, look) in looks where now - look.seenAt >= Self.listAge { looks[id]?.forgetParts() }
    }
}
