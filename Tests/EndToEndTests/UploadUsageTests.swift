import Foundation
import TestSupport
import Testing

/// Command lines that no upload can come of: one clear line each, and status 2.
@Suite struct UploadUsageTests {
    private static let digest = String(repeating: "0", count: 64)

    @Test(arguments: [
        (["missing", "http://h/"], "there is no file missing"),
        (["f/", "http://h/"], "there is no file f/"),
        (["/dev/null", "http://h/"], "/dev/null is not a plain file"),
        (["empty", "http://h/"], "there is no file to send in empty"),
        (
            ["f", "http://h/", "http://i/"],
            "an upload sends local files, and http://h/ is an address; fetch it first, or name local files only"
        ),
        (["f"], "an upload of f needs a destination at the end, such as http://HOST:7270/ or s3://BUCKET/"),
        (["f", "folder"], "an upload of f needs a destination at the end, such as http://HOST:7270/ or s3://BUCKET/"),
        (["f", "ftp://h/"], "ftp://h/ is no address that an upload can go to, such as http://HOST:7270/"),
        (["f", "http://"], "http:// is no address that an upload can go to, such as http://HOST:7270/"),
        (
            ["f", "http://u:secret@h:x/"],
            "http://u:***@h:x/ is no address that an upload can go to, such as http://HOST:7270/"
        ),
        (
            ["--overwrite", "f", "http://h/"],
            "--overwrite is for downloads and s3://: a chunk server never replaces a file"
        ),
        (["--sha256", digest, "folder", "http://h/"], "--sha256 belongs to one file, but there are 2"),
        (["--sha256", digest, "f", "folder/1", "http://h/"], "--sha256 belongs to one file, but there are 2"),
        (["--chunk-size", "128M", "f", "http://h/"], "--chunk-size takes 64K to 64M, not 128M"),
    ])
    func oneLineSaysWhatIsWrong(arguments: [String], sentence: String) async throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("empty/deeper")
        try folder.makeFolder("folder")
        for name in ["f", "folder/1", "folder/2"] { try folder.write([1], to: name) }
        let program = CarryonProgram(in: folder)
        for command in ["add", "cp"] {
            let result = try await program.run([command] + arguments)
            #expect(result.status == 2)
            #expect(result.errors == "carryon: \(sentence)\n")
            #expect(result.output.isEmpty)
        }
        #expect(try await program.list().isEmpty)
    }

    /// There is nothing here to compare, and to verify is not to send.
    @Test func verifyingAnUploadSendsNothing() async throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "f")
        let program = CarryonProgram(in: folder)
        let server = FaultyServer([])
        try server.start()
        defer { server.stop() }
        #expect(try await program.run(["add", "f", server.url("")]).status == 0)
        let verified = try await program.run(["verify", "1"])
        #expect(verified.status == 0, "\(verified.errors)")
        #expect(
            verified.output == "1 f: the server has compared every chunk that it acknowledged with its SHA-256\n")
        #expect(server.requests.isEmpty)
        #expect(try await program.list().first?["state"] as? String == "queued")
    }

    @Test func aQueryInTheAddressIsExplained() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], to: "f")
        let result = try await CarryonProgram(in: folder).run(["add", "f", "http://h/a?b"])
        #expect(result.status == 2)
        #expect(
            result.errors
                == "carryon: \(path): the address of an upload may not have a ? or # in it: in a name they are %3F and %23\n"
        )
    }
}
