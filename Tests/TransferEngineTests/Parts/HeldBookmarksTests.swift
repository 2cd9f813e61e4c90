import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

@Suite struct HeldBookmarksTests {
    private let bytes = Array("abc".utf8)
    private let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private let bookmark = ChunkBookmark(index: 0, bytes: 3, checksum: 1)

    private func hold(_ digest: String?, isComplete: Bool = true) -> Result<[ChunkBookmark], TransferError> {
        let held = HeldBookmarks()
        held.begin(digest: digest)
        bytes[..<1].withUnsafeBytes { held.add($0, []) }
        bytes[1...].withUnsafeBytes { held.add($0, [bookmark]) }
        return held.end(isComplete: isComplete)
    }

    @Test func aRightDigestGivesThemOut() throws {
        #expect(try hold(digest).get() == [bookmark])
        #expect(try hold(nil).get() == [bookmark])
    }

    @Test func aWrongDigestKeepsThem() {
        #expect(throws: TransferError.self) { try hold(String(digest.reversed())).get() }
        #expect(code(of: hold("00")) == .digestMismatchOfChunk)
    }

    @Test func anAnswerCutOffKeepsThem() {
        #expect(code(of: hold(nil, isComplete: false)) == .shortBody)
        #expect(code(of: hold(digest, isComplete: false)) == .shortBody)
    }

    @Test func beginningAnewForgets() throws {
        let held = HeldBookmarks()
        held.begin(digest: "00")
        bytes.withUnsafeBytes { held.add($0, [bookmark]) }
        held.begin(digest: digest)
        bytes.withUnsafeBytes { held.add($0, [bookmark]) }
        #expect(try held.end(isComplete: true).get() == [bookmark])
    }

    private func code(of result: Result<[ChunkBookmark], TransferError>) -> TransferError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }
}
