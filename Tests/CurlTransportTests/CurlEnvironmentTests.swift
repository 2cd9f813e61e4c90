import Glibc
import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

/// What libcurl takes from the environment; that belongs to the process, so each test has one of its own.
@Suite struct CurlEnvironmentTests {
    @Test func theProxyVariableIsHonoured() async {
        await #expect(processExitsWith: .success) {
            let proxy = FaultyServer([ServedFile("http://files.invalid/a", .bytes([1, 2, 3]))])
            try proxy.start()
            setenv("http_proxy", proxy.url("/"), 1)
            unsetenv("no_proxy")
            unsetenv("NO_PROXY")
            let subject = try TransportSubject.curl(proxy)
            let recorder = Recorder()
            subject.start("http://files.invalid/a", recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.body == [1, 2, 3])
            #expect(proxy.requests.map(\.target) == ["http://files.invalid/a"])

            setenv("no_proxy", "127.0.0.1", 1)
            subject.start("/none", Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(proxy.requests.last?.target == "/none")
            proxy.stop()
        }
    }

    @Test func netrcIsReadWhenAsked() async {
        await #expect(processExitsWith: .success) {
            let home = try TemporaryFolder()
            try home.write(Array("machine 127.0.0.1 login me password secret\n".utf8), to: ".netrc")
            setenv("HOME", home.path, 1)
            let server = FaultyServer([])
            try server.start()
            let subject = try TransportSubject.curl(server)
            var options = ConnectionOptions()
            subject.start("/a", options: options, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(server.requests.last?["Authorization"] == nil)
            options.usesNetrc = true
            subject.start("/a", options: options, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(server.requests.last?["Authorization"] == "Basic bWU6c2VjcmV0")
            server.stop()
        }
    }
}
