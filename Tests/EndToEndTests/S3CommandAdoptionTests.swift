import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import carryon

/// Which parts of an unfinished upload a local file has.
@Suite struct S3CommandAdoptionTests {
    /// Ten of them are the smallest part.
    private static let unit = S3Limits.smallestPart / 10
    private static let file = PatternFile(seed: 36, size: 25 * unit)

    /// - Parameter size: In units.
    private func part(_ number: Int, _ size: Int64, tag: String = "\"x\"", sha256: String? = nil) -> S3Part {
        S3Part(number: number, size: size * Self.unit, entityTag: tag, checksums: sha256.map { [.sha256: $0] } ?? [:])
    }

    /// - Parameter range: In units.
    private func digest(_ range: Range<Int64>) -> String {
        let bytes = range.lowerBound * Self.unit..<range.upperBound * Self.unit
        return S3CommandPlace.hex(SHA256.hash(Self.file.bytes(bytes)))
    }

    private func plan(_ parts: StoredParts, _ size: Int64) throws -> ChunkPlan {
        try Adoption.plan(parts, size: size * Self.unit, path: "f")
    }

    @Test func theFileIsCutAsTheUploadIs() throws {
        let plan = try plan(StoredParts([part(2, 10), part(3, 5)]), 25)
        #expect(plan.chunkSize == S3Limits.smallestPart && plan.count == 3)
        // A part may be listed as often as it was sent.
        let twice = StoredParts([part(1, 10), part(2, 10), part(2, 7)])
        #expect(try self.plan(twice, 25).count == 3)
        #expect(twice.count == 2)
        // One part is all of a small file.
        #expect(try self.plan(StoredParts([part(1, 25)]), 25).count == 1)
        #expect(try self.plan(StoredParts([part(1, 5)]), 5).count == 1)
    }

    @Test(
        arguments: [
            ([(1, 10), (2, 9)], 25), ([(1, 9), (2, 10)], 25), ([(4, 10)], 25), ([(1, 10), (3, 10)], 25), ([(1, 0)], 25),
            ([(1, 10)], 0), ([(1, 10)], 200_000), ([], 25), ([(1, 9)], 10), ([(1, 9), (2, 9)], 18),
        ] as [([(Int, Int64)], Int64)])
    func anotherCutIsRefused(parts: [(Int, Int64)], size: Int64) {
        #expect(throws: Failure.self) {
            try plan(StoredParts(parts.map { part($0.0, $0.1) }), size)
        }
    }

    @Test func digestsDecideWhereTheStoreHasThem() {
        let md5 = String(repeating: "bb", count: 16)
        let digests = ChunkDigests(sha256: "aa", md5: md5)
        func isMatch(_ parts: S3Part...) -> Bool { Adoption.receipt(for: digests, among: parts) != nil }
        #expect(isMatch(part(1, 5, tag: "\"other\"", sha256: "aa")))
        #expect(!isMatch(part(1, 5, tag: "\"\(md5)\"", sha256: "cc")))
        #expect(isMatch(part(1, 5, tag: "\"\(md5.uppercased())\"")))
        #expect(isMatch(part(1, 5, tag: md5)))
        #expect(!isMatch(part(1, 5, tag: "\"\(md5)-1\"")))
        // Any of those that are listed.
        let receipt = Adoption.receipt(for: digests, among: [part(1, 5, tag: "\"zz\""), part(1, 5, tag: "\"\(md5)\"")])
        #expect(receipt == Receipt(sha256: "aa", entityTag: "\"\(md5)\""))
    }

    @Test func partsAreComparedWithTheFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.file, to: "f")
        let parts = StoredParts([
            part(1, 10, tag: "\"t1\"", sha256: digest(0..<10)), part(2, 10, sha256: digest(0..<10)),
            part(3, 5, tag: "\"t3\"", sha256: digest(20..<25)),
        ])
        let adoption = try Adoption(parts, file: path)
        #expect(adoption.receipts.keys.sorted() == [0, 2])
        #expect(adoption.receipts[2] == Receipt(sha256: digest(20..<25), entityTag: "\"t3\""))
        #expect(adoption.differing == [1])
        #expect(adoption.source.size == 25 * Self.unit)
        #expect(throws: Failure.self) { try Adoption(StoredParts([part(1, 10)]), file: path) }
        #expect(throws: TransferError.self) { try Adoption(parts, file: folder.path("missing")) }
    }
}
