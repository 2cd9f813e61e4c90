import TestSupport
import Testing
import TransferCore

/// How answers arrive and end, the same for every transport.
@Suite struct TransportAnswerTests {
    private static let pattern = PatternFile(seed: 21, size: 700_001)
    private static let files = [
        ServedFile("/a", .pattern(pattern)), ServedFile("/b", seed: 22, size: 300_000),
        ServedFile("/empty", .bytes([])),
    ]

    @Test(arguments: TransportKind.allCases)
    func aWholeAnswerArrivesInOrder(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            let id = subject.start("/a", recorder)
            let ends = subject.ends()
            #expect(ends.map(\.id) == [id])
            #expect(ends.map(\.outcome) == [.completed])
            #expect(recorder.heads.count == 1)
            #expect(recorder.heads.first?.status == 200)
            #expect(recorder.heads.first?["content-length"] == "700001")
            #expect(recorder.heads.first?["ETag"] == "\"v1\"")
            #expect(recorder.body == Self.pattern.bytes)
            #expect(ends.first?.timeToFirstByte != nil)
            #expect(subject.transport.wait(until: subject.clock.now()).isEmpty)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aRangeArrives(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            subject.start("/a", headers: [HeaderField("Range", "bytes=1000-99999")], recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.heads.map(\.status) == [206])
            #expect(recorder.heads.first?["Content-Range"] == "bytes 1000-99999/700001")
            #expect(recorder.body == Self.pattern.bytes(1000..<100_000))
            #expect(subject.requests.first?.range == "bytes=1000-99999")
        }
    }

    @Test(arguments: TransportKind.allCases)
    func anAnswerWithoutABodyHasNoPieces(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            subject.start("/empty", recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.heads.count == 1)
            #expect(recorder.pieces == [])
        }
    }

    @Test(arguments: TransportKind.allCases)
    func errorsAndRedirectsAreAnswersLikeOthers(_ kind: TransportKind) async throws {
        let faults = [Fault(.path("/b"), .redirect(302, to: "/a"))]
        try await TransportSubject.run(kind, Self.files, faults: faults) { subject in
            let (missing, moved) = (Recorder(), Recorder())
            subject.start("/none", missing)
            subject.start("/b", moved)
            #expect(subject.ends(2).map(\.outcome) == [.completed, .completed])
            #expect(missing.heads.map(\.status) == [404])
            #expect(moved.heads.map(\.status) == [302])
            #expect(moved.heads.first?["Location"] == "/a")
            #expect(subject.requests.count == 2)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func framingDoesNotShow(_ kind: TransportKind) async throws {
        let faults = [Fault(.path("/a"), .chunked), Fault(.path("/b"), .untilClose)]
        try await TransportSubject.run(kind, Self.files, faults: faults) { subject in
            let (chunked, untilClose) = (Recorder(), Recorder())
            subject.start("/a", chunked)
            subject.start("/b", untilClose)
            #expect(subject.ends(2).map(\.outcome) == [.completed, .completed])
            #expect(chunked.body == Self.pattern.bytes)
            #expect(untilClose.body == PatternFile(seed: 22, size: 300_000).bytes)
            #expect(chunked.heads.first?["Content-Length"] == nil)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func requestsRunSideBySide(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorders = (0..<12).map { _ in Recorder() }
            var ids: Set<RequestID> = []
            for (index, recorder) in recorders.enumerated() {
                let range = "bytes=\(index * 50_000)-\(index * 50_000 + 49_999)"
                ids.insert(subject.start("/a", headers: [HeaderField("Range", range)], recorder))
            }
            let ends = subject.ends(12)
            #expect(Set(ends.map(\.id)) == ids)
            #expect(ends.allSatisfy { $0.outcome == .completed })
            for (index, recorder) in recorders.enumerated() {
                let start = Int64(index) * 50_000
                #expect(recorder.body == Self.pattern.bytes(start..<(start + 50_000)))
            }
        }
    }

    @Test(arguments: TransportKind.allCases, [Fault.Action.close(after: -1), .reset(after: -1)])
    func aConnectionThatEndsBeforeTheAnswerIsLost(_ kind: TransportKind, _ cut: Fault.Action) async throws {
        try await TransportSubject.run(kind, Self.files, faults: [Fault(.always, cut)]) { subject in
            let recorder = Recorder()
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.code) == [.connectionLost])
            #expect(recorder.calls == 0)
        }
    }

    @Test(
        arguments: TransportKind.allCases,
        [
            (Fault.Action.close(after: 100_000), TransferError.Code.shortBody),
            (.reset(after: 100_000), .connectionLost),
        ])
    func anAnswerCutShortIsNotComplete(
        _ kind: TransportKind, _ cut: (action: Fault.Action, code: TransferError.Code)
    ) async throws {
        try await TransportSubject.run(kind, Self.files, faults: [Fault(.always, cut.action)]) { subject in
            let recorder = Recorder()
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.code) == [cut.code])
            #expect(recorder.heads.count == 1)
            #expect(Self.pattern.bytes(0..<100_000).starts(with: recorder.body))
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aChunkedAnswerCutShortIsNotComplete(_ kind: TransportKind) async throws {
        let faults = [Fault(.always, .chunked), Fault(.always, .close(after: 100_000))]
        try await TransportSubject.run(kind, Self.files, faults: faults) { subject in
            let recorder = Recorder()
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.code) == [.shortBody])
            #expect(recorder.body == Self.pattern.bytes(0..<100_000))
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aRefusedConnectionIsNamedAsSuch(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind) { subject in
            let recorder = Recorder()
            subject.start(subject.refusingAddress, recorder)
            let ends = subject.ends()
            #expect(ends.map(\.code) == [.cannotConnect])
            #expect(ends.first?.timeToFirstByte == nil)
            #expect(recorder.calls == 0)
        }
    }

    @Test(arguments: TransportKind.allCases, [-1, 0, 1000] as [Int64])
    func silenceIsAStall(_ kind: TransportKind, after count: Int64) async throws {
        try await TransportSubject.run(kind, Self.files, faults: [Fault(.always, .stall(after: count))]) { subject in
            var options = ConnectionOptions()
            options.stallTimeout = .seconds(2)
            let recorder = Recorder()
            let start = subject.clock.now()
            subject.start("/a", options: options, recorder)
            #expect(subject.ends().map(\.code) == [.stalled])
            #expect(recorder.body == Self.pattern.bytes(0..<max(0, count)))
            #expect(subject.clock.now() - start >= .milliseconds(1900))
            // Sooner than without options.
            #expect(subject.clock.now() - start < ConnectionOptions().stallTimeout)
        }
    }

    @Test(arguments: TransportKind.allCases, ["http://", "ftp://127.0.0.1/a", "file:///etc/passwd"])
    func whatIsNoAddressEndsInAnError(_ kind: TransportKind, _ url: String) async throws {
        try await TransportSubject.run(kind) { subject in
            let recorder = Recorder()
            let id = subject.start(url, recorder)
            let ends = subject.ends()
            #expect(ends.map(\.id) == [id])
            #expect(ends.map(\.code) == [.malformed])
            #expect(recorder.calls == 0)
        }
    }
}
