import Foundation
import TestSupport
import Testing

/// `carryon orphans` at a real store, with uploads that another program left unfinished.
@Suite(.timeLimit(.minutes(5))) struct S3CommandOrphanTests {
    private static let file = PatternFile(seed: 34, size: 12_000_000)
    private static let partSize = 5 << 20

    private func leaveTwo(_ place: S3CommandPlace) async throws -> (plain: String, checked: String) {
        let path = try place.folder.write(Self.file, to: "f.bin")
        let plain = try await place.oracle.leaveUnfinished(
            fileAt: path, as: "in/two words", in: place.bucket, partSize: Self.partSize, after: 2)
        let checked = try await place.oracle.leaveUnfinished(
            fileAt: path, as: "other", in: place.bucket, partSize: Self.partSize, after: 2, checksum: .sha256)
        return (plain, checked)
    }

    private func unfinished(_ place: S3CommandPlace) async throws -> Set<String> {
        Set(try await place.oracle.unfinishedUploads(in: place.bucket).map(\.id))
    }

    @Test func listsWhatIsThere() async throws {
        let place = try await S3CommandPlace()
        let empty = try await place.run(["orphans", place.address()])
        #expect(empty.status == 0)
        #expect(empty.output.isEmpty)
        #expect(empty.errors == "There is no unfinished upload below \(place.address()).\n")

        let ids = try await leaveTwo(place)
        let listed = try await place.run(["orphans", "s3://\(place.bucket)", "--json"])
        #expect(listed.status == 0, "\(listed.errors)")
        let orphans = try S3CommandPlace.objects(listed.output)
        #expect(orphans.count == 2)
        let first = try #require(orphans.first { $0["uploadId"] as? String == ids.plain })
        #expect(first["bucket"] as? String == place.bucket)
        #expect(first["key"] as? String == "in/two words")
        #expect(first["parts"] as? Int == 2)
        #expect(first["bytes"] as? Int == 2 * Self.partSize)
        #expect(first["transfer"] is NSNull)
        #expect((first["initiatedAt"] as? String)?.hasSuffix("Z") == true)

        let below = try await place.run(["orphans", place.address("in/")]).output
        #expect(below.contains("2 parts  10.5 MB  \(place.address("in/two words"))  \(ids.plain)\n"))
        #expect(!below.contains(ids.checked))
        // None of them is a day old.
        let old = try await place.run(["orphans", place.address(), "--older-than", "1"])
        #expect(old.output.isEmpty)
        #expect(try await unfinished(place) == [ids.plain, ids.checked])
    }

    @Test func abortsExactlyWhatIsNamed() async throws {
        let place = try await S3CommandPlace()
        let ids = try await leaveTwo(place)
        let elsewhere = try await place.run(["orphans", place.address("in/"), "--abort", ids.checked])
        #expect(elsewhere.status == 2)
        #expect(
            elsewhere.errors == "carryon: there is no unfinished upload \(ids.checked) below \(place.address("in/"))\n")
        // One that is not there keeps the others from being touched.
        let partly = try await place.run(["orphans", place.address(), "--abort", ids.plain, "nonsense"])
        #expect(partly.status == 2)
        #expect(try await unfinished(place) == [ids.plain, ids.checked])
        let aborted = try await place.run(["orphans", place.address(), "--abort", ids.plain])
        #expect(aborted.status == 0, "\(aborted.errors)")
        #expect(aborted.output == "aborted \(place.address("in/two words")) (\(ids.plain))\n")
        #expect(try await unfinished(place) == [ids.checked])
    }

    /// Names that are others once somebody decodes them.
    private static let codedNames = ["a+b", "x%20y", "x%zz", "a b"]

    @Test func namesThatLookEncodedAreTakenAsTheyAre() async throws {
        let place = try await S3CommandPlace()
        let path = try place.folder.write(Self.file, to: "f.bin")
        var ids: [String] = []
        for name in Self.codedNames {
            ids.append(
                try await place.oracle.leaveUnfinished(
                    fileAt: path, as: name, in: place.bucket, partSize: Self.partSize, after: 1))
        }
        let listed = try S3CommandPlace.objects(try await place.run(["orphans", place.address(), "--json"]).output)
        #expect(Set(listed.compactMap { $0["key"] as? String }) == Set(Self.codedNames))
        #expect(listed.allSatisfy { $0["parts"] as? Int == 1 })
        for (name, id) in zip(Self.codedNames, ids) {
            let aborted = try await place.run(["orphans", place.address(name), "--abort", id])
            #expect(aborted.status == 0, "\(aborted.errors)")
            #expect(aborted.output == "aborted \(place.address(name)) (\(id))\n")
            #expect(!(try await unfinished(place)).contains(id))
        }
    }

    @Test func aKeyThatIsTakenIsNotAdopted() async throws {
        let place = try await S3CommandPlace()
        let ids = try await leaveTwo(place)
        let other = try place.folder.write([1, 2, 3], to: "other")
        try await place.oracle.put(fileAt: other, as: "other", in: place.bucket)
        let refused = try await place.run(["orphans", place.address(), "--adopt", ids.checked, "f.bin"])
        #expect(refused.status == 1)
        #expect(
            refused.errors
                == "carryon: there is an object \(place.address("other")) already, which the upload would not replace: "
                + "remove it first, or abort the upload\n")
        #expect(try await place.program.list().isEmpty)
    }

    @Test func adoptsWithTheLocalFile() async throws {
        let place = try await S3CommandPlace()
        let ids = try await leaveTwo(place)
        // The second part is another one here.
        let path = place.folder.path("f.bin")
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: UInt64(Self.partSize) + 7)
        try handle.write(contentsOf: Data([0, 1, 2, 3]))
        try handle.close()
        let wanted = S3CommandPlace.hex(SHA256.hash(try place.folder.read("f.bin")))

        for (number, id, key) in [(1, ids.plain, "in/two words"), (2, ids.checked, "other")] {
            let adopted = try await place.run(["orphans", place.address(), "--adopt", id, "f.bin"])
            #expect(adopted.status == 0, "\(adopted.errors)")
            #expect(adopted.output == "\(number)\n")
            #expect(adopted.errors.contains("carryon: part 2 differs: it will be sent again\n"))
            #expect(adopted.errors.contains("1 of 3 parts are kept"))
            let listed = try #require(try await place.program.list().last)
            #expect(listed["bytesDone"] as? Int == Self.partSize)
            #expect(listed["destination"] as? String == place.address(key))
        }
        let orphans = try S3CommandPlace.objects(try await place.run(["orphans", place.address(), "--json"]).output)
        #expect(Set(orphans.compactMap { $0["transfer"] as? Int }) == [1, 2])
        for option in [["--abort", ids.plain], ["--adopt", ids.plain, "f.bin"]] {
            let refused = try await place.run(["orphans", place.address()] + option)
            #expect(refused.status == 2)
            #expect(
                refused.errors
                    == "carryon: the upload \(ids.plain) is in the hands of transfer 1: `carryon remove 1` aborts it\n")
        }

        let run = try await place.run(["run", "--until-idle"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await place.oracle.digest(of: "in/two words", in: place.bucket).sha256 == wanted)
        #expect(try await place.oracle.digest(of: "other", in: place.bucket).sha256 == wanted)
        #expect(try await unfinished(place).isEmpty)
        let receipts = try S3CommandPlace.objects(try await place.run(["receipts", "--json", "1"]).output)
        #expect(receipts.count == 3)
        #expect(receipts.allSatisfy { $0["sha256"] is String && $0["etag"] is String })
    }

    @Test func anotherFileIsRefusedAndNothingIsQueued() async throws {
        let place = try await S3CommandPlace()
        let ids = try await leaveTwo(place)
        try place.folder.write(PatternFile(seed: 35, size: Self.file.size), to: "same-size")
        let other = try await place.run(["orphans", place.address(), "--adopt", ids.plain, "same-size"])
        #expect(other.status == 1)
        #expect(
            other.errors.hasSuffix(
                "carryon: no part of the upload is what stands in \(place.folder.path("same-size"))\n"))
        try place.folder.write([1, 2, 3], to: "small")
        let small = try await place.run(["orphans", place.address(), "--adopt", ids.plain, "small"])
        #expect(small.status == 1)
        #expect(small.errors.contains("part 1 of the upload is not the 3 bytes that it would have of "))
        let missing = try await place.run(["orphans", place.address(), "--adopt", ids.plain, "missing"])
        #expect(missing.status == 2)
        #expect(missing.errors == "carryon: there is no file missing\n")
        #expect(try await place.program.list().isEmpty)
        #expect(try await unfinished(place) == [ids.plain, ids.checked])
    }

    @Test func removingTheTransferAbortsWhatItAdopted() async throws {
        let place = try await S3CommandPlace()
        let ids = try await leaveTwo(place)
        #expect(try await place.run(["orphans", place.address(), "--adopt", ids.plain, "f.bin"]).status == 0)
        let removed = try await place.run(["remove", "1"])
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(try await unfinished(place) == [ids.checked])
    }

    /// Nothing else would name what costs money there.
    @Test func aRemovalThatTheStoreDoesNotTakeLeavesTheTransfer() async throws {
        let place = try await S3CommandPlace()
        let ids = try await leaveTwo(place)
        #expect(try await place.run(["orphans", place.address(), "--adopt", ids.plain, "f.bin"]).status == 0)
        let wrong = place.store.environment.merging(["AWS_SECRET_ACCESS_KEY": "wrong"]) { $1 }
        let refused = try await place.run(["remove", "1"], wrong)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("its unfinished upload is still at the store: "), "\(refused.errors)")
        #expect(
            refused.errors.contains(": remove tries again, and `carryon remove --force` leaves it there"),
            "\(refused.errors)")
        let transfer = try #require(try await place.program.list().first)
        #expect(transfer["state"] as? String == "paused")
        #expect((transfer["error"] as? [String: Any])?["code"] as? String == "abort-failed")
        #expect(try await unfinished(place) == [ids.plain, ids.checked])

        let run = try await place.run(["run", "--until-idle"])
        #expect(run.status == 1)
        #expect(run.errors.contains(": still paused: its unfinished upload is still at the store: "), "\(run.errors)")
        // It is that transfer's to abort, whoever else might want it.
        let listed = try S3CommandPlace.objects(try await place.run(["orphans", "--json", place.address()]).output)
        #expect(listed.first { $0["uploadId"] as? String == ids.plain }?["transfer"] as? Int == 1)
        let other = try await place.run(["orphans", place.address(), "--adopt", ids.plain, "f.bin"])
        #expect(other.status == 2, "\(other)")

        #expect(try await place.run(["remove", "1"]).status == 0)
        #expect(try await place.program.list().isEmpty)
        #expect(try await unfinished(place) == [ids.checked])

        #expect(try await place.run(["orphans", place.address(), "--adopt", ids.checked, "f.bin"]).status == 0)
        #expect(try await place.run(["remove", "--force", "2"], wrong).status == 0)
        #expect(try await place.program.list().isEmpty)
        #expect(try await unfinished(place) == [ids.checked])
    }

    @Test(arguments: [
        (["--adopt", "x"], "--adopt takes the id of an upload and a file"),
        (["--adopt", "x", "f", "--abort", "y"], "--abort and --adopt are two commands"),
        (
            ["--json", "--abort", "y"],
            "--json and --older-than are for the list: --abort and --adopt take the uploads that they name"
        ),
        (["--older-than", "40000"], "--older-than takes 0 to 36500 days"),
    ])
    func oneLineSaysWhatIsWrong(options: [String], sentence: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await CarryonProgram(in: folder).run(["orphans", "s3://bucket"] + options)
        #expect(result.status == 2)
        #expect(result.errors == "carryon: \(sentence)\n")
    }
}
