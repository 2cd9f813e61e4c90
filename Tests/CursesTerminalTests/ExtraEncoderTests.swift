import Testing
import TransferCore

@testable import CursesTerminal
@testable import TerminalUI

@Suite struct ExtraEncoderTests {
    private static let plain = encoder()

    private static func encoder(takesCommands: Bool = true, isUTF8: Bool = true) -> ExtraEncoder {
        ExtraEncoder(takesCommands: takesCommands, isUTF8: isUTF8) { Array("<\($0)>".utf8) }
    }

    private func text(_ extra: TerminalExtra, _ encoder: ExtraEncoder = plain) -> String {
        String(decoding: encoder.bytes(for: extra), as: UTF8.self)
    }

    @Test func everyExtraHasItsSequence() throws {
        #expect(text(.title("62% ü - carryon")) == "\u{1B}]2;62% ü - carryon\u{7}")
        #expect(text(.title("ü"), Self.encoder(isUTF8: false)) == "\u{1B}]2;?\u{7}")
        #expect(text(.notification("done", .osc9)) == "\u{1B}]9;carryon: done\u{7}")
        #expect(text(.notification("done", .osc777)) == "\u{1B}]777;notify;carryon;done\u{7}")
        #expect(text(.notification("done", .bell)) == "\u{7}")
        #expect(text(.notification("done", .none)).isEmpty && text(.notification("done", .auto)).isEmpty)
        let progress: [(TaskProgress, String)] = [
            (.none, "0;0"), (.running(percent: 7), "1;7"), (.stuck(percent: 8), "2;8"), (.indeterminate, "3;0"),
            (.paused(percent: 9), "4;9"),
        ]
        for (progress, parameters) in progress {
            #expect(text(.progress(progress)) == "\u{1B}]9;4;\(parameters)\u{7}")
        }
        let copied = try #require(ClipboardText([SafeText("hé")]))
        #expect(text(.copy(copied)) == "<aMOp>")
    }

    @Test func otherTerminalsGetNothingButTheBell() throws {
        let encoder = Self.encoder(takesCommands: false)
        let copied = try #require(ClipboardText([SafeText("a")]))
        for extra in [.title("a"), .notification("a", .osc9), .progress(.none), .copy(copied)] as [TerminalExtra] {
            #expect(encoder.bytes(for: extra).isEmpty)
        }
        #expect(encoder.title(isSaved: true).isEmpty)
        #expect(encoder.bytes(for: .notification("a", .bell)) == [7])
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("\u{FF}\u{FE}", "w7/Dvg=="),
    ])
    func base64(_ text: String, _ encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    /// Names and errors of all kinds: one command comes out, of bounded length, and nothing in it acts.
    @Test func hostileTextIsHarmless() {
        var random = SeededRandom(seed: 5)
        let dangerous: [UInt32] = [0x1B, 0x07, 0x9C, 0x9B, 0x5C, 0x5D, 0x0A, 0x0D, 0x00, 0x202E, 0x200B, 0x3B, 0x7F]
        for round in 0..<2000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...(round % 50 == 0 ? 10_000 : 40), using: &random) {
                let value =
                    Bool.random(using: &random)
                    ? dangerous.randomElement(using: &random)! : UInt32.random(in: 0...0x10FFFF, using: &random)
                if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
            }
            let label = Label(SafeText(String(scalars)))
            for isUTF8 in [true, false] {
                let encoder = Self.encoder(isUTF8: isUTF8)
                for extra in [.title(label), .notification(label, .osc9), .notification(label, .osc777)]
                    as [TerminalExtra]
                {
                    let bytes = encoder.bytes(for: extra)
                    #expect(bytes.count < 6000)
                    #expect(bytes.starts(with: [0x1B, 0x5D]) && bytes.last == 7)
                    let inside = String(decoding: bytes.dropFirst(2).dropLast(), as: UTF8.self)
                    #expect(
                        inside.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
                    if !isUTF8 { #expect(bytes.allSatisfy { $0 < 0x80 }) }
                }
            }
        }
    }
}
