import FoundationEssentials
import TransferCore

/// Base64 as structured fields carry it (RFC 9651 §4.2.7).
enum Base64 {
    /// Bytes that are given in hex, as digests are kept; empty if the text is not hex.
    static func encode(hex: String) -> String {
        Data(Hex.decode(hex) ?? []).base64EncodedString()
    }

    /// - Returns: `nil` for any character outside the alphabet and for an impossible length. Missing padding is
    ///   accepted, as the RFC advises.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var digits = text.count
        var trailing = text
        while trailing.last == UInt8(ascii: "="), text.count - digits < 2 {
            trailing.removeLast()
            digits -= 1
        }
        guard digits == text.count || text.count % 4 == 0, digits % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(digits * 3 / 4)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in trailing {
            guard let value = value(byte) else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return result
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
