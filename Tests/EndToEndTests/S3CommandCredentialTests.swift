import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore
import TransferEngine
import WireProtocols

@testable import carryon

/// How long looked-up credentials count, and programs that misbehave.
@Suite struct S3CommandCredentialTests {
    /// Settings files in a folder, with a program that prints a new access key each time.
    private final class Surroundings {
        let folder: TemporaryFolder
        let clock = ManualClock()
        let access: AWSAccess

        /// - Parameter rest: What the program prints behind the keys.
        init(rest: String = "") throws {
            folder = try TemporaryFolder()
            let script = """
                echo >> '\(folder.path("runs"))'
                echo '{"Version":1,"AccessKeyId":"key'$(wc -l < '\(folder.path("runs"))')'","SecretAccessKey":"s3cret"\(rest)}'
                """
            let program = try folder.write(Array(script.utf8), to: "program")
            let config = "[default]\nregion = here\ncredential_process = sh \(program)\n"
            access = AWSAccess(
                environment: [
                    "AWS_CONFIG_FILE": try folder.write(Array(config.utf8), to: "config"),
                    "AWS_SHARED_CREDENTIALS_FILE": folder.path("none"), "PATH": "/usr/bin:/bin",
                ], clock: clock)
        }

        func key(reload: Bool = false) throws -> String {
            try access.access(StoreOptions(), reload: reload).credentials.accessKey
        }
    }

    @Test func theyAreKeptUntilShortlyBeforeTheyExpire() async throws {
        // Half an hour after the clock's start.
        let end = Date(timeIntervalSince1970: 1_700_001_800).formatted(.iso8601)
        let keys = try await onOwnThread {
            let place = try Surroundings(rest: ",\"Expiration\":\"\(end)\"")
            var keys = [try place.key()]
            place.clock.advance(by: .seconds(1499))
            keys.append(try place.key())
            place.clock.advance(by: .seconds(2))
            return keys + [try place.key()]
        }
        #expect(keys == ["key1", "key1", "key2"])
    }

    @Test func withoutAnEndTheyAreKeptForAWhile() async throws {
        let keys = try await onOwnThread {
            let place = try Surroundings()
            var keys = [try place.key()]
            place.clock.advance(by: .seconds(899))
            keys.append(try place.key())
            place.clock.advance(by: .seconds(2))
            return keys + [try place.key()]
        }
        #expect(keys == ["key1", "key1", "key2"])
    }

    @Test func aReloadServesAllWhoWantOne() async throws {
        let keys = try await onOwnThread {
            let place = try Surroundings()
            var keys = [try place.key(), try place.key(reload: true), try place.key(reload: true), try place.key()]
            place.clock.advance(by: .seconds(11))
            keys.append(try place.key(reload: true))
            return keys
        }
        #expect(keys == ["key1", "key2", "key2", "key2", "key3"])
    }

    @Test func keysInFilesAreReadAnew() async throws {
        let folder = try TemporaryFolder()
        func write(_ key: String) throws {
            let text = "[default]\naws_access_key_id = \(key)\naws_secret_access_key = x\n"
            try folder.write(Array(text.utf8), to: "credentials")
        }
        let access = AWSAccess(environment: [
            "AWS_SHARED_CREDENTIALS_FILE": folder.path("credentials"), "AWS_CONFIG_FILE": "/dev/null",
        ])
        try write("old")
        #expect(try access.access(StoreOptions(), reload: false).credentials.accessKey == "old")
        try write("new")
        #expect(try access.access(StoreOptions(), reload: false).credentials.accessKey == "new")
    }

    @Test func surroundingsAreResolvedWithoutSecretsOrChosenProfiles() throws {
        let environment = [
            "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_REGION": "there", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        ]
        let access = AWSAccess(environment: environment)
        #expect(
            try access.resolve(StoreOptions()) == StoreOptions(endpoint: "http://127.0.0.1:1", region: "there"))
        let wish = StoreOptions(endpoint: "https://store.example", region: "here", isPathStyle: false)
        #expect(try access.resolve(wish) == wish)
        // What was resolved for AWS stays with AWS.
        let aws = try access.access(StoreOptions(region: "eu-west-1"), reload: false)
        #expect(aws.endpoint.isAWS && aws.endpoint.region == "eu-west-1")
    }

    @Test(arguments: [
        ("echo out-secret; echo wrong token >&2; exit 3", "credential_process ended with status 3: wrong token"),
        ("kill -9 $$", "credential_process was ended by signal 9"),
        ("/nowhere/program", "credential_process ended with status 127: "),
    ])
    func aProgramThatFailsIsExplained(command: String, beginning: String) async throws {
        let error = try await onOwnThread { Self.failure(of: command) }
        #expect(error?.code == .noCredentials)
        #expect(error?.detail.description.hasPrefix(beginning) == true, "\(error?.detail.description ?? "")")
        #expect(error?.detail.description.contains("out-secret") == false)
    }

    @Test func aProgramThatTakesTooLongIsStopped() async throws {
        let started = ContinuousClock.now
        let error = try await onOwnThread { Self.failure(of: "echo begun; exec sleep 600", limit: .seconds(1)) }
        #expect(error?.detail.description == "credential_process took more than 1 s and was stopped")
        // One that closes its outputs is waited for no longer either.
        let silent = try await onOwnThread {
            Self.failure(of: "exec sleep 600 >&- 2>&-", limit: .seconds(1))
        }
        #expect(silent == error)
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    /// The program of a test, and the process that it leaves: it writes its number to a file.
    private static func leaving(_ folder: TemporaryFolder, behind: String) -> String {
        let (new, path) = (folder.path("left.new"), folder.path("left"))
        return "sleep 600 & echo $! > '\(new)'; mv '\(new)' '\(path)'; \(behind)"
    }

    private static func left(_ folder: TemporaryFolder) throws -> pid_t {
        let text = try String(contentsOfFile: folder.path("left"), encoding: .utf8)
        return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// Whether there is no such process, or nothing but its end.
    private static func isGone(_ id: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
        return text.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    /// Such as an agent that keeps the outputs open.
    @Test func aProgramThatLeavesAnotherOneBehindIsDone() async throws {
        let folder = try TemporaryFolder()
        let (output, elapsed) = try await onOwnThread {
            let start = ContinuousClock.now
            let output = try CredentialProcess.output(
                of: Self.leaving(folder, behind: "echo printed"), environment: ["PATH": "/usr/bin:/bin"])
            return (output, ContinuousClock.now - start)
        }
        #expect(String(decoding: output, as: UTF8.self) == "printed\n")
        #expect(elapsed < .seconds(30))
        let left = try Self.left(folder)
        // It is of use to somebody.
        #expect(!Self.isGone(left))
        kill(left, SIGKILL)
    }

    @Test func whatAProgramHasStartedIsStoppedWithIt() async throws {
        let folder = try TemporaryFolder()
        let error = try await onOwnThread {
            Self.failure(of: Self.leaving(folder, behind: "wait"), limit: .seconds(1))
        }
        #expect(error?.detail.description.hasSuffix("was stopped") == true)
        let left = try Self.left(folder)
        try await eventually("it is gone") { Self.isGone(left) }
    }

    @Test func anInterruptionStopsAProgramAtOnce() async throws {
        let folder = try TemporaryFolder()
        let program = try folder.write(Array(Self.leaving(folder, behind: "wait").utf8), to: "program")
        let config = "[default]\nregion = here\ncredential_process = sh \(program)\n"
        let access = AWSAccess(environment: [
            "AWS_CONFIG_FILE": try folder.write(Array(config.utf8), to: "config"),
            "AWS_SHARED_CREDENTIALS_FILE": folder.path("none"), "PATH": "/usr/bin:/bin",
        ])
        let interruption = Interruption()
        // One runs it, the other waits for that.
        async let errors = withThrowingTaskGroup(of: TransferError?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await onOwnThread {
                        do throws(TransferError) {
                            _ = try access.access(StoreOptions(), reload: false, interruption: interruption)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try await eventually("the program runs") { FileManager.default.fileExists(atPath: folder.path("left")) }
        let start = ContinuousClock.now
        interruption.interrupt()
        let codes = try await errors.map { $0?.code }
        #expect(codes == [.noCredentials, .noCredentials])
        #expect(ContinuousClock.now - start < .seconds(30))
        let left = try Self.left(folder)
        try await eventually("it is gone") { Self.isGone(left) }
    }

    @Test func aProgramThatFailsIsNotRunAgainAtOnce() async throws {
        let folder = try TemporaryFolder()
        let config = "[default]\nregion = here\ncredential_process = echo >> '\(folder.path("runs"))'; exit 1\n"
        let path = try folder.write(Array(config.utf8), to: "config")
        let runs = try await onOwnThread {
            let clock = ManualClock()
            let access = AWSAccess(
                environment: [
                    "AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": folder.path("none"),
                    "PATH": "/usr/bin:/bin",
                ], clock: clock)
            var runs: [Int] = []
            for reload in [false, true] {
                for _ in 0..<50 {
                    #expect(throws: TransferError.self) { try access.access(StoreOptions(), reload: reload) }
                }
                runs.append(try folder.read("runs").count)
                clock.advance(by: .seconds(6))
            }
            return runs
        }
        #expect(runs == [1, 2])
    }

    @Test(arguments: [
        ("", ""), ("\n \n first\tline \nsecond", "first line"),
        ("An error occurred (ExpiredTokenException): log in", "An error occurred (ExpiredTokenException): log in"),
        ("sh: 1: /nowhere/with-a/program: not found", "sh: 1: /nowhere/with-a/program: not found"),
        ("SecretAccessKey=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY;", "SecretAccessKey=…;"),
        (#"{"Token": "abcdefghijklmnoPqrst"}"#, #"{"Token": "…"}"#),
        ("sent wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY on", "sent … on"),
        ("key: 00112233445566778899aabbccddeeff.", "key: …."), ("id: 001122334455", "id: 001122334455"),
        (String(repeating: "so long ", count: 30), "\(String(repeating: "so long ", count: 15).dropLast())…"),
    ])
    func aComplaintShowsNoSecrets(errors: String, shown: String) {
        #expect(Complaint.text(of: Array(errors.utf8)) == shown)
    }

    @Test func aLongOutputIsReadToItsEnd() async throws {
        let output = try await onOwnThread {
            try CredentialProcess.output(
                of: "head -c 3000000 /dev/zero; echo complaint >&2", environment: ["PATH": "/usr/bin:/bin"])
        }
        // All that is kept is one byte too much.
        #expect(output.count == (1 << 20) + 1)
    }

    private static func failure(of command: String, limit: Duration = .seconds(60)) -> TransferError? {
        do throws(TransferError) {
            _ = try CredentialProcess.output(of: command, environment: ["PATH": "/usr/bin:/bin"], limit: limit)
            return nil
        } catch {
            return error
        }
    }
}
