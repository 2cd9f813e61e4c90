import Foundation
import Glibc
import TerminalUI
import Testing
import TransferCore

@testable import ThemeFiles

/// Files that nobody meant as themes do no harm.
@Suite struct HostileThemeTests {
    /// Shipped themes with pieces cut out, doubled, swapped and made up.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func mutilatedFilesAreReportedHarmlessly(seed: UInt64) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: ShippedThemesTests.folder).sorted()
        let texts = try names.map { try Data(contentsOf: URL(filePath: ShippedThemesTests.folder + "/" + $0)) }
        let folder = try ThemeFolder()
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            var bytes = Array(texts[Int(random.next() % UInt64(texts.count))])
            for _ in 0..<(1 + random.next() % 6) { Self.mutilate(&bytes, &random) }
            try Data(bytes).write(to: URL(filePath: folder.path("t")))
            let report = folder.catalog.check(folder.path("t"))
            #expect(report.theme != nil || !report.errors.isEmpty)
            for problem in report.problems {
                #expect(SafeText(problem.description).description == problem.description)
                #expect(problem.description.utf8.count < 1000)
            }
        }
    }

    private static func mutilate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        func place(_ random: inout SeededRandom) -> Int { Int(random.next() % UInt64(bytes.count + 1)) }
        let (one, two) = (place(&random), place(&random))
        let range = min(one, two)..<max(one, two)
        let tokens = [
            "\u{1B}[31m", "[", "]", "{", "}", "\"", "'''", "\"\"\"", "=", ".", "#", "\n", "\u{0}", "é", "\u{202E}",
        ]
        switch random.next() % 5 {
        case 0: bytes.removeSubrange(range.prefix(40))
        case 1: bytes.insert(contentsOf: Array(bytes[range].prefix(60)), at: place(&random))
        case 2: bytes.insert(contentsOf: tokens[Int(random.next() % UInt64(tokens.count))].utf8, at: one)
        case 3: if one < bytes.count { bytes[one] = UInt8(truncatingIfNeeded: random.next()) }
        default: bytes.insert(contentsOf: Array(repeating: UInt8(ascii: "["), count: 300), at: one)
        }
    }

    @Test func filesThatAreNoFilesAreRefused() throws {
        let folder = try ThemeFolder(["large": "schema = 1 #" + String(repeating: "x", count: 64 << 10)])
        mkfifo(folder.path("pipe"), 0o600)
        try Data("schema = 1\nname = \"é\u{0}".utf8.dropLast() + [0xC3, 0x28]).write(
            to: URL(filePath: folder.path("latin")))
        try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: false)
        #expect(folder.problems("large") == ["large.toml: larger than 64 KiB"])
        #expect(folder.problems("pipe") == ["pipe.toml: not a file"])
        #expect(folder.problems("folder") == ["folder.toml: not a file"])
        #expect(folder.problems("latin") == ["latin.toml:2:10: not UTF-8"])
        #expect(folder.problems("gone") == ["gone.toml: No such file or directory"])
    }

    @Test func textOfTheFileIsMadeSafe() throws {
        let folder = try ThemeFolder(["t": "schema = 1\nname = \"\\u001b]0;x\\u0007\"\n[roles]\ntext = \"\\u001b[31m\""]
        )
        #expect(folder.problems("t") == ["t.toml:4:8: unknown colour \"\\x1b[31m\""])
        try folder.write("schema = 1\nname = \"\\u001b]0;x\\u0007\"", to: "u")
        #expect(try folder.catalog.load("u").name.description == "\\x1b]0;x\\x07")
    }
}
