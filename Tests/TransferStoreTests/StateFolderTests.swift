import Glibc
import TestSupport
import Testing

@testable import TransferStore

@Suite("The state folder")
struct StateFolderTests {
    private static let all = ["CARRYON_STATE": "/c", "XDG_STATE_HOME": "/x", "HOME": "/home/jane"]

    @Test(
        "is where the first of the four places says",
        arguments: [
            ("/o", all, "/o"), (nil, all, "/c"), ("", all, "/c"), ("rel/a//b/", all, "/now/rel/a/b"),
            (nil, ["CARRYON_STATE": "./rel"], "/now/rel"),
            (nil, ["CARRYON_STATE": "", "HOME": "/h"], "/h/.local/state/carryon"),
            (nil, ["XDG_STATE_HOME": "/x/", "HOME": "/h"], "/x/carryon"),
            (nil, ["XDG_STATE_HOME": "x", "HOME": "/h"], "/h/.local/state/carryon"),
        ] as [(String?, [String: String], String)])
    func places(option: String?, environment: [String: String], expected: String) throws {
        #expect(
            try StateFolder.locate(option: option, environment: environment, currentFolder: "/now") == expected)
    }

    @Test("must be named where there is no home", arguments: [[:], ["HOME": ""], ["HOME": "here"]])
    func homeless(environment: [String: String]) {
        let error = #expect(throws: StoreError.self) {
            try StateFolder.locate(option: nil, environment: environment, currentFolder: "/now")
        }
        #expect(error?.description.contains("--state") == true)
    }

    @Test("is created for its owner alone, with what is missing above it")
    func created() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(path: temporary.path("a/b/carryon/"))
        #expect(folder.path == temporary.path("a/b/carryon"))
        #expect(folder.database == temporary.path("a/b/carryon/carryon.db"))
        for path in ["a", "a/b", "a/b/carryon"] {
            var status = stat()
            #expect(stat(temporary.path(path), &status) == 0 && status.st_mode & 0o777 == 0o700)
        }
        #expect(try StateFolder(path: folder.path) == folder)
    }

    @Test("may be a link to a folder")
    func linked() throws {
        let temporary = try TemporaryFolder()
        let real = try StateFolder(path: temporary.path("real"))
        #expect(symlink(real.path, temporary.path("link")) == 0)
        #expect(try StateFolder(path: temporary.path("link")).path == temporary.path("link"))
    }

    @Test("is refused if it is a file, or below one", arguments: ["file", "file/below"])
    func file(path: String) throws {
        let temporary = try TemporaryFolder()
        try temporary.write([], to: "file")
        let error = #expect(throws: StoreError.self) { try StateFolder(path: temporary.path(path)) }
        #expect(error?.kind == .folder)
        #expect(error?.description.contains(temporary.path(path)) == true)
    }

    @Test("is refused if others may write to it", arguments: [0o770, 0o707] as [mode_t])
    func shared(mode: mode_t) throws {
        let temporary = try TemporaryFolder()
        let path = try temporary.makeFolder("state")
        #expect(chmod(path, mode) == 0)
        let error = #expect(throws: StoreError.self) { try StateFolder(path: path) }
        #expect(error?.description.contains("chmod go-w") == true)
    }

    @Test("is refused if it belongs to another user", .enabled(if: geteuid() == 0))
    func foreign() throws {
        let temporary = try TemporaryFolder()
        let path = try temporary.makeFolder("state")
        #expect(chown(path, 12345, 12345) == 0)
        let error = #expect(throws: StoreError.self) { try StateFolder(path: path) }
        #expect(error?.description.contains("another user") == true)
    }

    @Test("is refused if it cannot be written", .enabled(if: geteuid() != 0))
    func readOnly() throws {
        let temporary = try TemporaryFolder()
        let path = try temporary.makeFolder("state")
        #expect(chmod(path, 0o500) == 0)
        #expect(throws: StoreError.self) { try StateFolder(path: path) }
        #expect(throws: StoreError.self) { try StateFolder(path: path + "/below") }
    }
}
