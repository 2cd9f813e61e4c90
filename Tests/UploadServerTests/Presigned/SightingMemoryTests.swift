import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// What is kept of the store's answers.
@Suite struct SightingMemoryTests {
    private let now = Instant.zero + .seconds(1000)
    private var memory = SightingMemory()

    private mutating func see(_ sighting: StoreSighting, of id: UploadID, isList: Bool = true, at time: Instant) {
        let look = memory.begin(id, isList: isList, now: time) { _ in Task { sighting } }
        memory.keep(sighting, of: id, number: look.number, now: time)
    }

    private static func list(_ count: Int) -> StoreSighting {
        .there(Array(repeating: S3Part(number: 1, size: 1, entityTag: "t"), count: count))
    }

    /// How many parts are told of an upload; `nil` if the store has to be asked.
    private func parts(of id: UploadID, at time: Instant) -> Int? {
        guard case .there(let parts?) = memory.look(at: id, isList: true, now: time)?.seen else { return nil }
        return parts.count
    }

    @Test mutating func listsAreNotKeptForLong() {
        let (id, other) = (UploadID.random(), UploadID.random())
        see(Self.list(3), of: id, at: now)
        #expect(parts(of: id, at: now + .milliseconds(1999)) == 3)
        let later = now + .seconds(2)
        #expect(parts(of: id, at: later) == nil)
        // Whatever is asked next.
        see(.there(nil), of: other, isList: false, at: later)
        #expect(memory.partCount == 0)
        // That there is such an upload stays known.
        #expect(memory.look(at: id, isList: false, now: later)?.seen != nil)
        #expect(memory.look(at: id, isList: false, now: now + .seconds(10)) == nil)
    }

    @Test mutating func allListsTogetherAreBounded() {
        let ids = (0..<3).map { _ in UploadID.random() }
        for id in ids[..<2] { see(Self.list(SightingMemory.mostParts / 2), of: id, at: now) }
        #expect(memory.partCount == SightingMemory.mostParts)
        see(Self.list(1), of: ids[2], at: now)
        #expect(ids.map { parts(of: $0, at: now) } == [nil, nil, 1])
        see(Self.list(SightingMemory.mostParts + 1), of: ids[0], at: now)
        #expect(memory.partCount == 0)
    }

    /// A list that takes longer than it is good for would otherwise never be told.
    @Test mutating func theAgeBeginsWithTheAnswer() {
        let id = UploadID.random()
        let look = memory.begin(id, isList: true, now: now) { _ in Task { .noAnswer } }
        let later = now + .seconds(60)
        #expect(memory.look(at: id, isList: true, now: later)?.number == look.number)
        memory.keep(Self.list(3), of: id, number: look.number, now: later)
        #expect(parts(of: id, at: later + .seconds(1)) == 3)
    }

    @Test mutating func anOldQuestionDoesNotAnswerALaterOne() {
        let id = UploadID.random()
        let first = memory.begin(id, isList: false, now: now) { _ in Task { .notThere } }
        let second = memory.begin(id, isList: true, now: now) { _ in Task { .noAnswer } }
        memory.keep(.notThere, of: id, number: first.number, now: now)
        memory.waitedInVain(for: id, number: first.number)
        let look = memory.look(at: id, isList: false, now: now)
        #expect(look?.number == second.number)
        #expect(look?.seen == nil && look?.isSlow == false)
        #expect(memory.tasks.count == 1)
    }
}
