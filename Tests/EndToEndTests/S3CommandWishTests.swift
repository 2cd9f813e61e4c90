import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import carryon

/// What command lines with `s3://` come to, without a store.
@Suite struct S3CommandWishTests {
    private func parser(
        objects: [String] = [], has: Set<String> = [], options: TransferOptions = TransferOptions()
    ) -> WishParser {
        WishParser(
            defaults: WishParser.Defaults(downloadFolder: "/downloads/", uploadConnections: 3), options: options,
            lookups: WishParser.Lookups(
                objects: { location in
                    try S3CommandPathTests.objects(
                        objects.filter { $0.utf8.starts(with: location.key.utf8) }.map { ($0, 1) })
                },
                hasObject: { has.contains($0.text) }, digest: { _ in String(repeating: "a", count: 64) }))
    }

    private func pairs(_ wishes: WishParser.Wishes) -> [String] {
        wishes.transfers.map { "\($0.source) -> \($0.destination)" }
    }

    @Test func uploadsGoToKeys() async throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("tree/sub")
        for name in ["f", "tree/a", "tree/sub/b c"] { try folder.write([1], to: name) }
        let (file, tree) = (folder.path("f"), folder.path("tree"))
        let parser = parser()
        for (address, key) in [("s3://bkt", "f"), ("s3://bkt/", "f"), ("s3://bkt/x", "x"), ("s3://bkt/x/", "x/f")] {
            #expect(pairs(try parser.wishes([file, address])) == ["\(file) -> s3://bkt/\(key)"])
        }
        for address in ["s3://bkt/x", "s3://bkt/x/"] {
            #expect(
                pairs(try parser.wishes([tree, address])) == [
                    "\(tree)/a -> s3://bkt/x/a", "\(tree)/sub/b c -> s3://bkt/x/sub/b c",
                ])
        }
        let both = try parser.wishes([file, tree, "s3://bkt"])
        #expect(both.transfers.map(\.destination) == ["s3://bkt/f", "s3://bkt/a", "s3://bkt/sub/b c"])
        #expect(both.transfers.allSatisfy { $0.options.connections == 3 })
    }

    @Test func aDigestIsOfTheFileThatWasComparedWithIt() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "f")
        var options = TransferOptions()
        options.sha256 = String(repeating: "a", count: 64)
        let wishes = try parser(options: options).wishes([folder.path("f"), "s3://bkt/f"])
        let identity = try FileReading.identity(of: folder.path("f"))
        #expect(wishes.transfers.map(\.options.hashedSource) == [identity])
        #expect(try parser().wishes([folder.path("f"), "s3://bkt/f"]).transfers[0].options.hashedSource == nil)
    }

    @Test func aFileThatChangesWhileItIsComparedIsNotSent() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "f")
        var options = TransferOptions()
        options.sha256 = String(repeating: "a", count: 64)
        let usual = parser(options: options)
        var lookups = usual.lookups
        lookups.digest = { path in
            try folder.write([1, 2], to: "f")
            return String(repeating: "a", count: 64)
        }
        let parser = WishParser(defaults: usual.defaults, options: options, lookups: lookups)
        #expect(throws: Failure.self) { try parser.wishes([folder.path("f"), "s3://bkt/f"]) }
    }

    @Test func aLongKeyLeavesAFileOutOfAFolder() async throws {
        let folder = try TemporaryFolder()
        let deep = (0..<5).map { _ in String(repeating: "n", count: 220) }.joined(separator: "/")
        try folder.makeFolder("tree/" + deep)
        try folder.write([1], to: "tree/\(deep)/f")
        try folder.write([1], to: "tree/g")
        let wishes = try parser().wishes([folder.path("tree"), "s3://bkt/"])
        #expect(wishes.transfers.map(\.destination) == ["s3://bkt/g"])
        #expect(wishes.leftOut.count == 1)
        #expect(wishes.leftOut.first?.contains("1024 bytes at most") == true)
    }

    @Test func aPrefixIsAllItsObjects() throws {
        let parser = parser(objects: ["p/a", "p/sub/b", "q/a"])
        let wishes = try parser.wishes(["s3://bkt/p/", "/some/where"])
        #expect(
            pairs(wishes) == ["s3://bkt/p/a -> /some/where/a", "s3://bkt/p/sub/b -> /some/where/sub/b"])
        #expect(wishes.folders == ["/some/where/", "/some/where/sub/"])
        // Without a destination, where downloads go.
        #expect(pairs(try parser.wishes(["s3://bkt/q/"])) == ["s3://bkt/q/a -> /downloads/a"])
        #expect(pairs(try parser.wishes(["s3://bkt"])).count == 3)
        // One object is not looked for before it is fetched.
        #expect(pairs(try parser.wishes(["s3://bkt/x", "/y"])) == ["s3://bkt/x -> /y"])
    }

    @Test func twoPrefixesDoNotFightForAPath() throws {
        let parser = parser(objects: ["p/a", "q/a", "q/b"])
        let wishes = try parser.wishes(["s3://bkt/p/", "s3://bkt/q/", "/d/"])
        #expect(pairs(wishes) == ["s3://bkt/p/a -> /d/a", "s3://bkt/q/b -> /d/b"])
        #expect(wishes.leftOut == ["s3://bkt/q/a: something else of this command goes to /d/a"])
    }

    @Test func severalObjectsNeedNoFolderOnTheCommandLine() throws {
        let objects = try parser().wishes(["s3://bkt/x", "s3://other/y", "s3://bkt/z"])
        #expect(
            pairs(objects)
                == ["s3://bkt/x -> /downloads/", "s3://other/y -> /downloads/", "s3://bkt/z -> /downloads/"])
        let mixed = try parser(objects: ["p/a"]).wishes(["http://h/x", "s3://bkt/p/"])
        #expect(pairs(mixed) == ["http://h/x -> /downloads/", "s3://bkt/p/a -> /downloads/a"])
    }

    @Test func anEmptyPrefixIsAnErrorWithAHint() {
        #expect(throws: Failure.self) { try parser().wishes(["s3://bkt/p/"]) }
        let error = #expect(throws: Failure.self) { try parser(has: ["s3://bkt/p"]).wishes(["s3://bkt/p/"]) }
        #expect(
            error?.description
                == "there is no object below s3://bkt/p/, but there is an object s3://bkt/p: leave out the slash")
    }

    @Test func aDigestBelongsToOneFile() throws {
        var options = TransferOptions()
        options.sha256 = String(repeating: "a", count: 64)
        #expect(throws: UsageError.self) {
            try parser(objects: ["p/a", "p/b"], options: options).wishes(["s3://bkt/p/", "/d/"])
        }
        let one = try parser(objects: ["p/a"], options: options).wishes(["s3://bkt/p/", "/d/"])
        #expect(one.transfers.count == 1)
    }

    @Test func foldersAreMadeAndWhatHasNoneIsLeftOut() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "taken")
        var wishes = WishParser.Wishes(direction: .download)
        wishes.folders = ["new/deep/", "new/deep/er/", "taken/", "taken/below/"].map(folder.path)
        wishes.transfers = ["new/deep/er/f", "taken/f", "taken/below/g", "new/deep/h"].map {
            NewTransfer(direction: .download, source: "s3://bkt/x", destination: folder.path($0))
        }
        wishes.makeFolders()
        #expect(wishes.transfers.map(\.destination) == [folder.path("new/deep/er/f"), folder.path("new/deep/h")])
        #expect(Paths.isFolder(folder.path("new/deep/er")))
        #expect(wishes.leftOut.count == 1)
        #expect(wishes.leftOut[0].hasPrefix("what belongs into \(folder.path("taken/")): the folder cannot be made: "))
    }
}
