import Testing
import TransferCore

@testable import TerminalUI

@Suite struct InspectorTests {
    private func press(_ keys: [Key], on state: inout AppState) -> [String] {
        engineCommands(keys.flatMap { state.update(.key($0)) })
    }

    private func text(_ state: AppState, _ size: Size = Fixtures.standard) -> String {
        render(state, size: size, capabilities: Capabilities()).description
    }

    @Test func enterGoesInAndEscapeGoesOut() {
        var state = Fixtures.state(Fixtures.inspected, keys: [.enter, .character("n")])
        #expect(press([.enter], on: &state) == ["inspect(1, chunk: Optional(583))"])
        #expect(state.layers == [.detail(TransferID(1)), .inspector(TransferID(1))])
        #expect(press([.escape], on: &state) == ["inspect(1, chunk: nil)"])
        #expect(state.layers == [.detail(TransferID(1))])
        #expect(press([.escape], on: &state) == ["watch(nil)"])
    }

    @Test func neighboursAndProblemsAreSteppedTo() {
        var state = Fixtures.state(Fixtures.inspected, keys: [.enter, .character("n"), .enter])
        let steps: [(Key, Int)] = [
            (.character("]"), 584), (.right, 585), (.character("l"), 586), (.character("["), 585), (.left, 584),
            (.character("h"), 583), (.character("n"), 240), (.character("N"), 583),
        ]
        for (key, chunk) in steps {
            #expect(press([key], on: &state) == ["inspect(1, chunk: Optional(\(chunk)))"])
            #expect(state.grid.cursor == chunk)
        }
    }

    @Test func theFirstAndTheLastChunkAreTheEnds() {
        var state = Fixtures.state(Fixtures.inspected, keys: [.enter, .home, .enter])
        #expect(press([.character("[")], on: &state).isEmpty && state.notice == "this is the first chunk")
        state = Fixtures.state(Fixtures.inspected, keys: [.enter, .end, .enter])
        #expect(press([.character("]")], on: &state).isEmpty && state.notice == "this is the last chunk")
    }

    @Test func whatIsKnownOfAnotherChunkIsNotShown() {
        var state = Fixtures.state(Fixtures.inspected, keys: [.enter, .character("n"), .enter])
        #expect(text(state).contains("503 Slow Down") && text(state).contains("1b2c44f0"))
        _ = state.update(.key(.character("]")))
        #expect(!text(state).contains("1b2c44f0") && text(state).contains("asking…"))
    }

    @Test func secretsOfAnAnswerAreNotShown() {
        let state = Fixtures.state(Fixtures.inspected, size: Fixtures.wide, keys: [.enter, .character("n"), .enter])
        let text = text(state, Fixtures.wide)
        #expect(text.contains("Set-Cookie: ***") && text.contains("sig=***&part=583") && !text.contains("secret"))
    }

    @Test func theCountdownTicks() {
        var state = Fixtures.state(Fixtures.inspected, keys: [.enter, .character("n"), .enter])
        #expect(text(state).contains("next in 2s"))
        let tick = Fixtures.inspected.takenAt + .milliseconds(600)
        #expect(state.nextTick == tick)
        _ = state.update(.tick(tick))
        #expect(text(state).contains("next in 1s"))
        _ = state.update(.key(.escape))
        #expect(state.nextTick == nil)
    }

    @Test func theInspectorOfALostTransferCloses() {
        var snapshot = Fixtures.inspected
        var state = Fixtures.state(snapshot, keys: [.enter, .enter])
        snapshot.transfers.removeFirst()
        #expect(engineCommands(state.update(.snapshot(snapshot))) == ["watch(nil)"])
        #expect(state.layers.isEmpty)
    }

    @Test func withoutChunksThereIsNothingToLookAt() {
        var state = Fixtures.state(Fixtures.queue, keys: [.down, .enter])
        #expect(press([.enter], on: &state).isEmpty && state.notice == "no chunk is known yet")
        // The size may turn out to be another one while a chunk is looked at.
        var snapshot = Fixtures.inspected
        state = Fixtures.state(snapshot, keys: [.enter, .enter])
        snapshot.transfers[0].chunks = []
        _ = state.update(.snapshot(snapshot))
        #expect(text(state).contains("no chunk is known yet"))
    }

    @Test func everyChunkHasAnAdviceInOneSentence() {
        var transfer = Fixtures.debian
        for transferState in TransferState.allCases {
            transfer.state = transferState
            for direction in [Direction.download, .upload] {
                transfer.direction = direction
                for state in ChunkState.allCases {
                    for retries in [UInt8(0), 3] {
                        let chunk = ChunkStatus(state: state, retries: retries, isRefetch: retries > 0)
                        for code in TransferError.Code.allCases {
                            var detail = WatchedChunk(
                                index: 0, range: ByteRange(0, 1), safeBytes: 0, triesAllowed: 9)
                            detail.attempts = [
                                Attempt(
                                    chunk: 0, startedAt: WallTime(milliseconds: 0), timeToFirstByte: nil,
                                    duration: .zero, bytes: 0, status: nil,
                                    outcome: .failure(TransferError(code, "x")))
                            ]
                            let advice = ChunkAdvice.sentence(chunk, detail, of: transfer).description
                            // What a person has to do may take more words.
                            let isShort = advice.count <= 74 || advice.hasPrefix("The transfer stopped")
                            if !advice.hasSuffix(".") || !isShort { Issue.record("\(advice)") }
                        }
                        #expect(ChunkAdvice.sentence(chunk, nil, of: transfer).description.hasSuffix("."))
                    }
                }
            }
        }
    }
}
