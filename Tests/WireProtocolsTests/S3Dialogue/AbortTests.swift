import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Aborting an upload to an object store")
struct AbortTests {
    private let abort = "DELETE ?uploadId=U"
    private let some = Storing.parts([Storing.allParts[0]])

    private func run(_ answers: [ScriptedAnswer]) -> (UploadReport.Outcome?, [String]) {
        var conversation = Storing.converse(.abort)
        let outcome = conversation.run(answers)
        return (outcome, conversation.asked)
    }

    @Test("and making sure of it")
    func gone() {
        for list in [Storing.gone, Storing.parts([])] {
            for first in [ScriptedAnswer(204), Storing.gone, ScriptedAnswer(404)] {
                let (outcome, asked) = run([first, list])
                #expect(outcome == .aborted)
                #expect(asked == [abort, Storing.list])
            }
        }
    }

    @Test("and believing nobody else that it is gone")
    func notFoundBySomebody() {
        for answer in [ScriptedAnswer(404), ScriptedAnswer(404, [:], "<html>not here</html>")] {
            #expect(run([ScriptedAnswer(404), answer]).0.failure?.disposition == .retry)
        }
        #expect(run([.problem(404, "NoSuchBucket"), .problem(404, "NoSuchBucket")]).0 == .aborted)
    }

    @Test("again when a part has landed meanwhile")
    func again() {
        let (outcome, asked) = run([
            ScriptedAnswer(204), some, ScriptedAnswer(204), some, ScriptedAnswer(204), Storing.gone,
        ])
        #expect(outcome == .aborted)
        #expect(asked == [abort, Storing.list, abort, Storing.list, abort, Storing.list])
    }

    @Test("but not for ever")
    func forever() {
        let round = [ScriptedAnswer(204), some]
        #expect(run(round + round + round).0.failure == .serverError)
    }

    @Test("a store that lets abort but not look")
    func forbiddenToLook() {
        #expect(run([ScriptedAnswer(204), .problem(403, "AccessDenied")]).0 == .aborted)
        #expect(run([.problem(403, "AccessDenied")]).0.failure == .forbidden)
    }

    @Test("refusals")
    func refused() {
        #expect(run([.problem(503, "SlowDown", "", ["Retry-After": "3"])]).0.wait == .seconds(3))
        #expect(run([ScriptedAnswer(204), ScriptedAnswer(500)]).0.failure == .serverError)
        #expect(run([ScriptedAnswer(204), ScriptedAnswer(200, [:], "<html>")]).0.failure == .badResponse)
    }
}
