import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import carryon

/// Which parts of an unfinished upload a local file has.
@Suite struct S3CommandAdoptionTests {
    private static let file = PatternFile(seed: 36, size: 25)

    private func part(_ number: Int, _ size: Int64, tag: String = "\"x\"", sha256: String? = nil) -> S3Part {
        S3Part(number: number, size: size, entityTag: tag, checksums: sha256.map { [.sha256: $0] } ?? [:])
    }

    private func digest(_ range: Range<Int64>) -> String { S3CommandPlace.hex(SHA256.hash(Self.file.bytes(range))) }

    @Test func theFileIsCutAsTheUploadIs() throws {
        let plan = try Adoption.plan(StoredParts([part(2, 10), part(3, 5)]), size: 25, path: "f")
        #expect(plan.chunkSize == 10 && plan.count == 3)
        // A part may be listed as often as it was sent.
        let twice = StoredParts([part(1, 10), part(2, 10), part(2, 7)])
        #expect(try Adoption.plan(twice, size: 25, path: "f").count == 3)
        #expect(twice.count == 2)
        // One part is all of a small file.
        #expect(try Adoption.plan(StoredParts([part(1, 25)]), size: 25, path: "f").count == 1)
    }

    @Test(
        arguments: [
            ([(1, 10), (2, 9)], 25), ([(1, 9), (2, 10)], 25), ([(4, 10)], 25), ([(1, 10), (3, 10)], 25), ([(1, 0)], 25),
            ([(1, 10)], 0), ([(1, 1)], 20_000), ([], 25),
        ] as [([(Int, Int64)], Int64)])
    func anotherCutIsRefused(parts: [(Int, Int64)], size: Int64) {
        #expect(throws: Failure.self) {
            try Adoption.plan(StoredParts(parts.map { part($0.0, $0.1) }), size: size, path: "f")
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
        #expect(adoption.source.size == 25)
        #expect(throws: Failure.self) { try Adoption(StoredParts([part(1, 10)]), file: path) }
        #expect(throws: TransferError.self) { try Adoption(parts, file: folder.path("missing")) }
    }
}
