import Foundation
import TransferCore

/// The name of a finished file: one component or several, each of them checked. A name is data, never a path.
struct FileName: Hashable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes of UTF-8.
    static let maximumBytes = 1024
    /// The longest component, in bytes of UTF-8.
    static let maximumComponentBytes = 255
    /// How many components a name may have.
    static let maximumComponents = 32

    /// The components, joined by slashes.
    let description: String

    var components: [Substring] { description.split(separator: "/") }

    /// `nil` if any component is empty, too long, `.` or `..`, or has a control character or a separator in it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let components = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.count <= Self.maximumComponents,
            components.allSatisfy({ Self.isComponent(Substring($0)) })
        else { return nil }
        description = text
    }

    /// What `/files/` is followed by in a request: percent-encoded. An encoded slash is no separator.
    init?(encodedPath: some StringProtocol) {
        var decoded: [String] = []
        for part in encodedPath.split(separator: "/", omittingEmptySubsequences: false) {
            guard let component = String(part).removingPercentEncoding, !component.utf8.contains(UInt8(ascii: "/"))
            else { return nil }
            decoded.append(component)
        }
        self.init(decoded.joined(separator: "/"))
    }

    /// The path of the finished file on the server, percent-encoded (RFC 3986 §3.3).
    var location: String {
        var path: [UInt8] = Array("/files/".utf8)
        for byte in description.utf8 {
            if Self.isUnreserved(byte) || byte == UInt8(ascii: "/") {
                path.append(byte)
            } else {
                path.append(UInt8(ascii: "%"))
                path += Hex.encode([byte]).uppercased().utf8
            }
        }
        return String(decoding: path, as: UTF8.self)
    }

    private static func isComponent(_ text: Substring) -> Bool {
        guard (1...maximumComponentBytes).contains(text.utf8.count), text != ".", text != ".." else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "/", "\\": false
            default: true
            }
        }
    }

    /// RFC 3986 §2.3
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
