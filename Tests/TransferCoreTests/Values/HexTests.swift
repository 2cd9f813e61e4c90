import Testing
import TransferCore

@Suite struct HexTests {
    @Test func everyByteComesBack() {
        let bytes = Array(UInt8.min...UInt8.max)
        let text = Hex.encode(bytes)
        #expect(text == bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test func nothingIsAnEmptyText() {
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "000", "0g", "g0", " 0", "0x", "+1", "-1", "é", "٣٣", "/0", ":0", "@a", "`a", "a\u{0}"])
    func otherTextIsNone(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func digitsHaveTheirValues() {
        for byte in UInt8.min...UInt8.max {
            let value = Unicode.Scalar(byte).isASCII ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
            #expect(Hex.value(ofDigit: byte).map(Int.init) == value)
        }
    }
}
