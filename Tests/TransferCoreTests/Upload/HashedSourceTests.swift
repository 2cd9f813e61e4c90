import Testing

@testable import TransferCore

/// A file whose SHA-256 was compared with the user's is sent as it was then, or not at all.
@Suite struct HashedSourceTests {
    private let id = Bench.upload

    private func opened(_ source: SourceIdentity, begun: Bool = false) -> Bench {
        var record = Bench.freshUpload {
            $0.sha256 = "ab"
            $0.hashedSource = Bench.file()
        }
        if begun { record.upload = Bench.begunUpload().upload }
        var bench = Bench([record])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(source)))
        return bench
    }

    @Test func theSameFileIsSent() {
        var bench = opened(Bench.file())
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration?.sha256 == "ab")
    }

    @Test(arguments: [true, false])
    func anotherOneIsNot(_ begun: Bool) {
        var bench = opened(Bench.file(modified: 2), begun: begun)
        #expect(bench.orders.isEmpty && bench.queue.isIdle && bench.row()?.state == .paused)
        let sentence = "/d/file has changed since its SHA-256 was compared: remove it and add it again"
        #expect(bench.row()?.error?.sentence == sentence)
        // A retry does not drop the check.
        bench.handle(.command(.retry([id])))
        bench.handle(.sourceOpened(id, .success(Bench.file(modified: 2))))
        #expect(bench.orders.isEmpty && bench.row()?.error?.code == .digestOutdated)
        // The file that was compared is still welcome.
        bench.handle(.command(.retry([id])))
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        #expect(bench.row()?.error == nil)
    }
}
