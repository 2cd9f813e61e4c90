import Testing
import TransferCore

@testable import UploadServer

@Suite struct ByteRangeHeaderTests {
    @Test(arguments: [
        ("bytes=0-0", ByteRangeHeader.from(0, through: 0)), ("bytes=5-9", .from(5, through: 9)),
        ("bytes=5-", .from(5, through: nil)), ("bytes=-7", .suffix(7)), ("BYTES= 1-2 ", .from(1, through: 2)),
        ("bytes=1-99999999999999999999", .from(1, through: .max)),
        ("bytes=99999999999999999999-", .from(.max, through: nil)),
    ])
    func reads(text: String, expected: ByteRangeHeader) {
        #expect(ByteRangeHeader.parse(text) == expected)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=0-1,3-4", "bytes=a-b", "bytes=1-b",
        "bytes=+1-2", "bytes=1--2", "bytes=--2", "bytes= 1 - 2", "items=0-1", "bytes=0x1-2", "bytes=1-2-3", "=0-1",
    ])
    func ignores(text: String) {
        #expect(ByteRangeHeader.parse(text) == nil)
    }

    @Test(
        arguments: [
            ("bytes=0-0", 10, ByteRange(0, 1)), ("bytes=3-", 10, ByteRange(3, 10)),
            ("bytes=9-20", 10, ByteRange(9, 10)),
            ("bytes=-4", 10, ByteRange(6, 10)), ("bytes=-40", 10, ByteRange(0, 10)), ("bytes=10-", 10, nil),
            ("bytes=10-20", 10, nil), ("bytes=-0", 10, nil), ("bytes=0-", 0, nil), ("bytes=-1", 0, nil),
            ("bytes=99999999999999999999-", 10, nil), ("bytes=-99999999999999999999", 10, ByteRange(0, 10)),
        ] as [(String, Int64, ByteRange?)])
    func resolves(text: String, size: Int64, expected: ByteRange?) throws {
        #expect(try #require(ByteRangeHeader.parse(text)).resolve(size: size) == expected)
    }
}
