import Foundation
import Glibc
import TestSupport
import Testing

/// Where the program gets endpoint and credentials from, and where they must not go.
@Suite(.timeLimit(.minutes(5))) struct S3CommandAccessTests {
    private static let keys = """
        aws_access_key_id = \(SeaweedFS.accessKey)
        aws_secret_access_key = \(SeaweedFS.secretKey)
        """

    /// A program that prints the credentials of the store, and notes each time that it runs.
    private static func printer(_ place: S3CommandPlace, expiration: String? = nil) throws -> String {
        let expires = expiration.map { ", \"Expiration\": \"\($0)\"" } ?? ""
        let script = """
            echo run >> '\(place.folder.path("runs"))'
            echo 'no business of yours' >&2
            cat <<'EOF'
            {"Version": 1, "AccessKeyId": "\(SeaweedFS.accessKey)", "SecretAccessKey": "\(SeaweedFS.secretKey)"\(expires)}
            EOF
            """
        return "sh '\(try place.folder.write(Array(script.utf8), to: "print credentials"))'"
    }

    private static func write(_ config: String, _ place: S3CommandPlace) throws {
        try place.folder.makeFolder(".aws")
        try place.folder.write(Array(config.utf8), to: ".aws/config")
    }

    private static func runs(_ place: S3CommandPlace) -> Int {
        ((try? place.folder.read("runs")) ?? []).filter { $0 == UInt8(ascii: "\n") }.count
    }

    @Test func aProfileIsRememberedAndItsSecretsAreNot() async throws {
        let place = try await S3CommandPlace()
        let config = """
            [default]
            endpoint_url = http://127.0.0.1:9
            [profile here]
            endpoint_url = \(place.store.endpoint)
            region = us-west-2
            s3 =
              addressing_style = path
            """
        try Self.write(config, place)
        try place.folder.write(Array("[here]\n\(Self.keys)\n".utf8), to: ".aws/credentials")
        try place.folder.write([1, 2, 3], to: "f")
        let added = try await place.run(["add", "--profile", "here", "f", place.address()], S3CommandPlace.nothingSet)
        #expect(added.status == 0, "\(added.errors)")
        // Whatever the surroundings are later, the profile counts.
        var later = S3CommandPlace.nothingSet
        later["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
        later["AWS_ACCESS_KEY_ID"] = "other"
        later["AWS_SECRET_ACCESS_KEY"] = "other"
        let run = try await place.run(["run", "--until-idle"], later)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await place.oracle.keys(in: place.bucket) == ["f"])

        let shown = try await place.run(["show", "--json", "1"])
        let secret = Array(SeaweedFS.secretKey.utf8)
        #expect(!(shown.output + run.errors + added.errors).contains(SeaweedFS.secretKey))
        for name in try FileManager.default.subpathsOfDirectory(atPath: place.program.state) {
            let bytes = (try? Data(contentsOf: URL(filePath: place.program.state + "/" + name))) ?? Data()
            #expect(bytes.firstRange(of: secret) == nil, "\(name)")
        }
    }

    @Test func theStoreOfTheDayOfAddingIsReachedLater() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write([1, 2, 3], to: "f")
        let added = try await place.run(["add", "f", place.address("a")])
        #expect(added.status == 0, "\(added.errors)")
        let named = try await place.run(
            [
                "add", "--endpoint-url", place.store.endpoint, "--region", "eu-west-1", "--path-style", "f",
                place.address("b"),
            ],
            S3CommandPlace.nothingSet)
        #expect(named.status == 0, "\(named.errors)")
        // Only credentials are of the one who runs it.
        var later = place.store.environment
        later["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
        later["AWS_REGION"] = "elsewhere-1"
        let run = try await place.run(["run", "--until-idle"], later)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await place.oracle.keys(in: place.bucket) == ["a", "b"])
    }

    @Test func bucketsMayStandBeforeTheHost() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write([1, 2, 3], to: "f")
        let sent = try await place.run(
            ["cp", "--endpoint-url", place.store.namedEndpoint, "--virtual-host-style", "f", place.address()])
        #expect(sent.status == 0, "\(sent.errors)")
        #expect(try await place.oracle.keys(in: place.bucket) == ["f"])
    }

    @Test func aProgramMayHaveTheCredentials() async throws {
        let place = try await S3CommandPlace()
        let command = try Self.printer(place)
        try Self.write(
            "[default]\nendpoint_url = \(place.store.endpoint)\nregion = here\ncredential_process = \(command)\n", place
        )
        for index in 1...5 { try place.folder.write([UInt8(index)], to: "f\(index)") }
        let sent = try await place.run(
            ["cp", "f1", "f2", "f3", "f4", "f5", place.address("in/")], S3CommandPlace.nothingSet)
        #expect(sent.status == 0, "\(sent.errors)")
        #expect(try await place.oracle.keys(in: place.bucket).count == 5)
        // One run serves them all.
        #expect(Self.runs(place) == 1)
        #expect(!sent.errors.contains("business"))
    }

    @Test func credentialsAboutToExpireAreReadAgain() async throws {
        let place = try await S3CommandPlace()
        // Within the minute before which they are not used any more.
        let command = try Self.printer(place, expiration: Date.now.addingTimeInterval(30).formatted(.iso8601))
        try Self.write(
            "[default]\nendpoint_url = \(place.store.endpoint)\ncredential_process = \(command)\n", place)
        try place.folder.write([1], to: "f1")
        try place.folder.write([2], to: "f2")
        let sent = try await place.run(["cp", "f1", "f2", place.address("in/")], S3CommandPlace.nothingSet)
        #expect(sent.status == 0, "\(sent.errors)")
        // Once at the beginning, and again because those would not last.
        #expect(Self.runs(place) >= 2)
    }

    @Test func whatIsMissingIsNamed() async throws {
        let place = try await S3CommandPlace()
        try place.folder.write([1], to: "f")
        let added = try await place.run(
            ["cp", "--endpoint-url", place.store.endpoint, "f", place.address()], S3CommandPlace.nothingSet)
        #expect(added.status == 1)
        #expect(added.errors.contains("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
        let listed = try #require(try await place.program.list().first)
        #expect(listed["state"] as? String == "paused")
        #expect((listed["error"] as? [String: Any])?["code"] as? String == "no-credentials")
        // Mended outside, it goes on.
        _ = try await place.run(["retry", "1"])
        let run = try await place.run(["run", "--until-idle"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await place.oracle.keys(in: place.bucket) == ["f"])
    }

    @Test func aWrongKeyIsExplained() async throws {
        let place = try await S3CommandPlace()
        var environment = place.store.environment
        environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        let listed = try await place.run(["orphans", place.address()], environment)
        #expect(listed.status == 1)
        #expect(listed.errors.contains("the store does not accept the signature: the secret key is wrong"))
        #expect(listed.errors.split(separator: "\n").count == 1)
    }

    @Test func aStoreThatNeverAnswersCanBeLeft() async throws {
        let server = FaultyServer([], faults: [Fault(.always, .slowHead(bytesPerSecond: 1))])
        try server.start()
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let environment = [
            "AWS_ENDPOINT_URL": server.url(""), "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_PROFILE": "",
        ]
        for arguments in [["cp", "s3://bucket/prefix/"], ["orphans", "s3://bucket"]] {
            let asked = server.requests.count
            let process = try program.start(arguments, environment: environment)
            try await server.waitUntil(timeout: .seconds(60)) { $0.requests.count > asked }
            process.signal(SIGINT)
            _ = try await onOwnThread { process.waitForEnd() }
            #expect(process.exitCode == 130)
        }
        #expect(try await program.list().isEmpty)
    }
}
