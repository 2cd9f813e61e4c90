import Foundation
import Testing

/// The layers of the package: which target may import what. Siblings never import each other; they meet at the ports
/// in `TransferCore`.
@Suite struct ImportTests {
    private static let allowed: [String: Set<String>] = [
        "TransferCore": [],
        "WireProtocols": ["TransferCore", "Crypto", "FoundationEssentials"],
        "CurlTransport": ["TransferCore", "CCurl", "Glibc", "Synchronization"],
        "TransferEngine": [
            "TransferCore", "WireProtocols", "CLinux", "Collections", "Crypto", "Logging", "SystemPackage", "Glibc",
            "Synchronization",
        ],
        "TransferStore": ["TransferCore", "GRDB", "FoundationEssentials", "Glibc", "Synchronization"],
        "UploadServer": [
            "TransferCore", "WireProtocols", "CLinux", "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore",
            "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOSSL", "ServiceLifecycle", "GRDB", "Crypto", "Logging",
            "Foundation", "Dispatch", "Glibc", "Synchronization",
        ],
        "TerminalUI": ["TransferCore"],
        "ThemeFiles": ["TransferCore", "TerminalUI", "FoundationEssentials", "Glibc"],
        "CursesTerminal": ["TransferCore", "TerminalUI", "CNcurses", "Glibc", "Synchronization"],
        "carryon": [
            "TransferCore", "WireProtocols", "CurlTransport", "TransferEngine", "TransferStore", "UploadServer",
            "TerminalUI", "ThemeFiles", "CursesTerminal", "CLinux", "ArgumentParser", "Crypto", "Dispatch", "Logging",
            "TOMLKit",
            "Foundation", "Glibc", "Synchronization",
        ],
    ]

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func everyTargetIsInTheTable() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            at: Self.root.appending(path: "Sources"), includingPropertiesForKeys: nil)
        // The system libraries hold no Swift.
        let targets = folders.map(\.lastPathComponent).filter { !["CCurl", "CNcurses", "CLinux"].contains($0) }
        #expect(Set(targets) == Set(Self.allowed.keys))
    }

    @Test(arguments: allowed.keys.sorted())
    func importsOnlyWhatItMay(target: String) throws {
        let sources = try Self.swiftFiles(below: Self.root.appending(path: "Sources/\(target)"))
        #expect(!sources.isEmpty)
        for file in sources {
            for module in Self.imports(of: try String(contentsOf: file, encoding: .utf8)) {
                #expect(
                    Self.allowed[target]!.contains(module), "\(target)/\(file.lastPathComponent) imports \(module)")
            }
        }
    }

    @Test func findsEveryFormOfImport() {
        let text = """
            import Plain
            @preconcurrency import Attributed
            public import struct Scoped.Thing
            @testable import Tested; import Second
            // import Commented
            """
        #expect(Self.imports(of: text) == ["Plain", "Attributed", "Scoped", "Tested", "Second"])
    }

    private static func imports(of text: String) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return text.split(separator: "\n").flatMap { $0.split(separator: ";") }.compactMap { statement in
            var words = statement.split(separator: " ")[...]
            while let word = words.first, word.hasPrefix("@") || ["public", "package", "internal"].contains(word) {
                words = words.dropFirst()
            }
            guard words.first == "import" else { return nil }
            words = words.dropFirst()
            if let kind = words.first, kinds.contains(kind) { words = words.dropFirst() }
            return words.first.map { String($0.prefix { $0 != "." }) }
        }
    }

    private static func swiftFiles(below folder: URL) throws -> [URL] {
        let names = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (names?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
    }
}
