import Logging
import Synchronization
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

@Suite struct CommitRunTests {
    private struct Refusal: Error {}

    private func run(on store: MemoryStore) -> CommitRun {
        CommitRun(
            store: store, fileSystem: MemoryFileSystem(folders: ["/files"]), clock: ManualClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, post: { _ in })
    }

    /// What could not be stored is stored with the next commit, and what is newer wins.
    @Test(arguments: [false, true])
    func aFailedCommitIsMadeUpFor(isLast: Bool) throws {
        let store = MemoryStore()
        let wishes = (1...2).map { NewTransfer(direction: .download, source: "http://a/\($0)", destination: "/files/") }
        var records = try store.insert(wishes, at: WallTime(milliseconds: 1))
        var commits = run(on: store)
        store.failNextCommit(Refusal())
        var work = CommitWork()
        records[0].state = .paused
        records[1].state = .failed
        work.save(records[0])
        work.save(records[1])
        commits.carryOut(work)
        #expect(try store.loadQueue().map(\.state) == [.queued, .queued])

        if isLast {
            commits.flush()
            #expect(try store.loadQueue().map(\.state) == [.paused, .failed])
        } else {
            var later = CommitWork()
            records[1].state = .completed
            later.save(records[1])
            commits.carryOut(later)
            #expect(try store.loadQueue().map(\.state) == [.paused, .completed])
        }
    }
}
