import Testing
import TestSupport

@Suite struct PatternFileTests {
    @Test func bytesAreTheSameHoweverTheyAreRead() {
        let file = PatternFile(seed: 3, size: 1000)
        let all = file.bytes
        #expect(all.count == 1000)
        for start in 0..<20 {
            for end in stride(from: start, to: 60, by: 7) {
                #expect(file.bytes(Int64(start)..<Int64(end)) == Array(all[start..<end]))
            }
        }
        #expect((0..<1000).allSatisfy { file[Int64($0)] == all[$0] })
    }

    @Test func seedsAndBlocksDiffer() {
        let one = PatternFile(seed: 1, size: 800).bytes
        let two = PatternFile(seed: 2, size: 800).bytes
        #expect(one != two)
        #expect(Set(stride(from: 0, to: 800, by: 8).map { Array(one[$0..<($0 + 8)]) }).count == 100)
    }

    @Test func filesOnDiskAreCompared() throws {
        let folder = try TemporaryFolder()
        let pattern = PatternFile(seed: 9, size: 3_000_001)
        let path = try folder.write(pattern, to: "a")
        #expect(try pattern.firstDifference(fromFileAt: path) == nil)
        #expect(try folder.read("a") == pattern.bytes)

        var damaged = pattern.bytes
        damaged[2_500_000] ^= 1
        #expect(try pattern.firstDifference(fromFileAt: folder.write(damaged, to: "b")) == 2_500_000)
        #expect(try pattern.firstDifference(fromFileAt: folder.write(Array(damaged[..<100]), to: "c")) == 100)
        #expect(try pattern.firstDifference(fromFileAt: folder.write(pattern.bytes + [0], to: "d")) == 3_000_001)
        #expect(try folder.names() == ["a", "b", "c", "d"])
    }

    @Test func temporaryFoldersGoAway() throws {
        var folder: TemporaryFolder? = try TemporaryFolder()
        let path = try #require(try folder?.write([1], to: "x"))
        #expect(try PatternFile(seed: 1, size: 2).firstDifference(fromFileAt: path) != nil)
        folder = nil
        #expect(throws: SystemFailure.self) { try PatternFile(seed: 1, size: 2).firstDifference(fromFileAt: path) }
    }

    @Test func sha256IsRight() {
        func hex(_ text: String) -> String {
            SHA256.hash(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }
}
