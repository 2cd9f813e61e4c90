import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Reading, writing and syncing, the same for every file system.
@Suite struct FileSystemContentTests {
    private static let pattern = PatternFile(seed: 7, size: 1 << 20)

    /// Places of writes: aligned and not, small and large, within and beyond the size that was reserved.
    private static let places: [Range<Int64>] = [
        0..<1, 0..<4096, 4096..<8192, 4095..<4097, 1..<4096, 0..<270_000, 4096..<(4096 + 5000), 8192..<8200,
        123_457..<234_567, (3 << 18)..<(1 << 20), (1 << 20)..<((1 << 20) + 10), 1_050_000..<1_100_001,
    ]

    @Test(arguments: FileSystemKind.allCases, [nil, 100, 1 << 20] as [Int64?])
    func writesLandWhereTheyBelong(_ kind: FileSystemKind, size: Int64?) throws {
        let subject = try FileSystemSubject(kind)
        for (number, place) in Self.places.enumerated() {
            let file = try subject.createLinked("\(number)", size: size)
            defer { file.close() }
            // One from aligned memory, one from memory that begins at an odd address.
            try AlignedBytes(Self.pattern, place).write(to: file, at: place.lowerBound)
            #expect(try file.bytes(place.count, at: place.lowerBound) == Self.pattern.bytes(place), "\(place)")
            let shifted = PatternFile(seed: 8, size: 0).bytes(place.lowerBound..<place.upperBound + 1)
            let result = shifted.withUnsafeBytes { bytes in
                code { () throws(TransferError) in
                    try file.write(UnsafeRawBufferPointer(rebasing: bytes[1...]), at: place.lowerBound)
                }
            }
            #expect(result == nil)
            #expect(try file.bytes(place.count, at: place.lowerBound) == Array(shifted[1...]), "\(place)")
        }
    }

    @Test(arguments: FileSystemKind.allCases)
    func neighbouringWritesDoNotTouchEachOther(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: Self.pattern.size)
        defer { file.close() }
        var ranges: [Range<Int64>] = []
        var offset: Int64 = 0
        while offset < Self.pattern.size {
            let wish = Int64(Self.pattern[offset]) * 97 + 1
            // Every other one ends on a boundary.
            let end = ranges.count % 2 == 0 ? offset + wish : (offset + wish + 4095) / 4096 * 4096
            ranges.append(offset..<min(end, Self.pattern.size))
            offset = end
        }
        for range in ranges.reversed() {
            try AlignedBytes(Self.pattern, range).write(to: file, at: range.lowerBound)
        }
        #expect(try subject.content("a") == Self.pattern.bytes)
    }

    @Test(arguments: FileSystemKind.allCases)
    func writingNothingIsFine(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: nil)
        defer { file.close() }
        try file.write(UnsafeRawBufferPointer(start: nil, count: 0), at: 0)
        try file.write([], at: 4096)
        #expect(try file.bytes(10, at: 0) == [])
    }

    @Test(arguments: FileSystemKind.allCases)
    func readingStopsAtTheEnd(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: nil)
        defer { file.close() }
        try file.write([1, 2, 3], at: 0)
        #expect(try file.bytes(10, at: 0) == [1, 2, 3])
        #expect(try file.bytes(10, at: 2) == [3])
        #expect(try file.bytes(10, at: 3) == [])
        #expect(try file.bytes(10, at: 1 << 40) == [])
        #expect(try file.bytes(0, at: 0) == [])
    }

    @Test(arguments: FileSystemKind.allCases)
    func whatLiesBetweenWritesIsZero(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: nil)
        defer { file.close() }
        try file.write([1], at: 5000)
        #expect(try file.bytes(6000, at: 0) == [UInt8](repeating: 0, count: 5000) + [1])
    }

    @Test(arguments: FileSystemKind.allCases)
    func theSizeCanBeSet(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: 1 << 20)
        defer { file.close() }
        try file.write([1, 2, 3, 4], at: 0)
        try file.setSize(3)
        #expect(try subject.content("a") == [1, 2, 3])
        try file.setSize(5)
        #expect(try subject.content("a") == [1, 2, 3, 0, 0])
        try file.setSize(0)
        #expect(try subject.content("a") == [])
    }

    @Test(arguments: FileSystemKind.allCases)
    func threadsWriteAtTheSameTime(_ kind: FileSystemKind) async throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.createLinked("a", size: Self.pattern.size)
        defer { file.close() }
        let piece: Int64 = 64 << 10
        try await withThrowingTaskGroup { group in
            for writer in 0..<4 as Range<Int64> {
                group.addTask {
                    try await onOwnThread {
                        for index in stride(from: writer, to: Self.pattern.size / piece, by: 4) {
                            let range = (index * piece)..<((index + 1) * piece)
                            try AlignedBytes(Self.pattern, range).write(to: file, at: range.lowerBound)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try subject.content("a") == Self.pattern.bytes)
    }

    @Test(arguments: FileSystemKind.allCases, [0, 1, 8, 9, 30])
    func manyFilesAreSyncedTogether(_ kind: FileSystemKind, count: Int) throws {
        let subject = try FileSystemSubject(kind)
        var files: [any PartFile] = []
        defer { for file in files { file.close() } }
        for index in 0..<count {
            files.append(try subject.createLinked("\(index)", size: 4))
            try files[index].write([1, 2, 3, UInt8(index)], at: 0)
        }
        #expect(subject.fileSystem.sync(files).isEmpty)
        for index in 0..<count { #expect(try subject.content("\(index)") == [1, 2, 3, UInt8(index)]) }
    }

    @Test(arguments: FileSystemKind.allCases)
    func oneFileCanBeSynced(_ kind: FileSystemKind) throws {
        let subject = try FileSystemSubject(kind)
        let file = try subject.fileSystem.createPart(at: subject.path("a"), size: nil)
        defer { file.close() }
        try file.write([1], at: 0)
        try file.sync()
    }
}
