import Glibc
import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

/// Connections and what goes out on them.
@Suite struct CurlConnectionTests {
    private static let files = [ServedFile("/a", seed: 41, size: 100_000)]

    @Test func aConnectionIsUsedAgain() async throws {
        try await TransportSubject.run(.curl, Self.files) { subject in
            for _ in 0..<3 {
                subject.start("/a", Recorder())
                #expect(subject.ends().map(\.outcome) == [.completed])
            }
            #expect(Set(subject.requests.map(\.connection)).count == 1)
            var options = ConnectionOptions()
            options.needsFreshConnection = true
            subject.start("/a", options: options, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(Set(subject.requests.map(\.connection)).count == 2)
        }
    }

    @Test func requestsAtTheSameTimeHaveConnectionsOfTheirOwn() async throws {
        try await TransportSubject.run(.curl, Self.files) { subject in
            for _ in 0..<4 { subject.start("/a", Recorder()) }
            #expect(subject.ends(4).count == 4)
            #expect(Set(subject.requests.map(\.connection)).count == 4)
        }
    }

    @Test func fieldsGoOutAsTheyAre() async throws {
        try await TransportSubject.run(.curl, Self.files) { subject in
            let fields = [
                HeaderField("Accept-Encoding", "identity"), HeaderField("X-Empty", ""), HeaderField("X-A", "b: c;"),
            ]
            subject.start("/a?q=%20x", headers: fields, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            let request = try #require(subject.requests.first)
            #expect(request.method == "GET")
            #expect(request.target == "/a?q=%20x")
            #expect(fields.allSatisfy { request[$0.name] == $0.value })
            #expect(request.fields.filter { $0.name.lowercased() == "accept-encoding" }.count == 1)
            #expect(request["Authorization"] == nil)
        }
    }

    @Test func codingsAreNotUndone() async throws {
        let faults = [Fault(.always, .unaskedGzip)]
        try await TransportSubject.run(.curl, Self.files, faults: faults) { subject in
            let recorder = Recorder()
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.heads.first?["Content-Encoding"] == "gzip")
            #expect(recorder.body.starts(with: [0x1F, 0x8B]))
            #expect(recorder.heads.first?["Content-Length"] == "\(recorder.body.count)")
            #expect(subject.requests.first?["Accept-Encoding"] == nil)
        }
    }

    @Test func userAndPasswordOfAnAddressAuthorize() async throws {
        try await TransportSubject.run(.curl, Self.files) { subject in
            subject.start(subject.url("/a").replacing("http://", with: "http://me:s%40cret@"), Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.requests.first?["Authorization"] == "Basic bWU6c0BjcmV0")
            // The next one has none.
            subject.start("/a", Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.requests.last?["Authorization"] == nil)
        }
    }

    @Test func failuresDoNotShowCredentials() async throws {
        try await TransportSubject.run(.curl) { subject in
            let url = subject.refusingAddress.replacing("http://", with: "http://me:secret@")
            subject.start(url, Recorder())
            let end = try #require(subject.ends().first)
            #expect(end.code == .cannotConnect)
            #expect(!"\(end.outcome)".contains("secret"))
        }
    }

    @Test func anUnknownHostIsNamedAsSuch() async throws {
        try await TransportSubject.run(.curl) { subject in
            subject.start("http://nothing.invalid/", Recorder())
            let end = try #require(subject.ends().first)
            #expect(end.code == .cannotResolve)
            #expect("\(end.outcome)".contains("nothing.invalid"))
        }
    }

    @Test func anIdleWaitCostsNoProcessorTime() async throws {
        try await TransportSubject.run(.curl, Self.files) { subject in
            // With a connection that is kept.
            subject.start("/a", Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            let before = Self.processorTime()
            let deadline = subject.clock.now() + .milliseconds(300)
            var returns = 0
            while subject.clock.now() < deadline {
                #expect(subject.transport.wait(until: deadline).isEmpty)
                returns += 1
            }
            #expect(returns < 10)
            #expect(Self.processorTime() - before < .milliseconds(20))
        }
    }

    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
