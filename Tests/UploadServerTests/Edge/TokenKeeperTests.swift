import Foundation
import TestSupport
import Testing

@testable import UploadServer

@Suite struct TokenKeeperTests {
    private let first = "first-token-0123456789"
    private let second = "second-token-0123456789"
    private let clock = ManualClock()
    private let log = RecordedLog()

    private func keeper(_ folder: TemporaryFolder) throws -> TokenKeeper {
        try TokenKeeper(folder.path("tokens"), logger: log.logger, now: { [clock] in clock.now() })
    }

    private func write(_ text: String, _ folder: TemporaryFolder, mode: Int = 0o600) throws {
        try folder.write(Array(text.utf8), to: "tokens")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path("tokens"))
    }

    @Test func takesUpAChangedFileAfterASecond() async throws {
        let folder = try TemporaryFolder()
        try write("alice \(first)", folder)
        let keeper = try keeper(folder)
        try write("alice \(second)", folder)
        #expect(await keeper.owner(of: first.utf8) == Owner(name: "alice"))
        clock.advance(by: .seconds(1))
        #expect(await keeper.owner(of: first.utf8) == nil)
        #expect(await keeper.owner(of: second.utf8) == Owner(name: "alice"))
    }

    @Test func aBrokenVersionChangesNothingAndIsReportedOnce() async throws {
        let folder = try TemporaryFolder()
        try write("alice \(first)", folder)
        let keeper = try keeper(folder)
        try write("alice \(second) \(second)", folder)
        for _ in 0..<3 {
            clock.advance(by: .seconds(1))
            #expect(await keeper.owner(of: first.utf8) == Owner(name: "alice"))
        }
        try FileManager.default.removeItem(atPath: folder.path("tokens"))
        for _ in 0..<3 {
            clock.advance(by: .seconds(1))
            #expect(await keeper.owner(of: first.utf8) == Owner(name: "alice"))
        }
        #expect(log.all.filter { $0.level == .error }.count == 2)
        #expect(!log.all.contains { $0.message.contains("0123456789") })
        try write("alice \(second)", folder)
        clock.advance(by: .seconds(1))
        #expect(await keeper.owner(of: second.utf8) == Owner(name: "alice"))
    }

    @Test(arguments: [(0o600, 0), (0o640, 0), (0o644, 1), (0o604, 1)])
    func warnsOfAFileThatOthersCanRead(mode: Int, warnings: Int) throws {
        let folder = try TemporaryFolder()
        try write("alice \(first)", folder, mode: mode)
        _ = try keeper(folder)
        #expect(log.all.filter { $0.level == .warning }.count == warnings)
    }

    @Test func whatCannotBeReadIsNamed() throws {
        let folder = try TemporaryFolder()
        let missing = #expect(throws: ServerSetupError.self) { try keeper(folder) }
        #expect(try #require(missing).description.hasSuffix("tokens: No such file or directory"))
        try folder.makeFolder("tokens")
        let notAFile = #expect(throws: ServerSetupError.self) { try keeper(folder) }
        #expect(try #require(notAFile).description.hasSuffix("tokens: it is not a regular file"))
    }
}
