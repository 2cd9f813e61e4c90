import Testing
import TransferCore

@testable import TerminalUI

@Suite struct AddFormTests {
    private func type(_ text: String, on state: inout AppState) {
        for character in text { _ = state.update(.key(.character(character))) }
    }

    private func press(_ key: Key, on state: inout AppState) -> [String] {
        state.update(.key(key)).map { "\($0)" }
    }

    private func text(_ state: AppState) -> String {
        render(state, size: Fixtures.standard, capabilities: Capabilities()).description
    }

    @Test func whatIsTypedIsAskedForAsTheCommandLineWould() {
        var state = AppState(size: Fixtures.standard)
        #expect(press(.character("a"), on: &state) == [])
        type("https://example.org/q?a=1 ", on: &state)
        #expect(press(.down, on: &state) == [])
        type(" ~/iso/", on: &state)
        #expect(press(.enter, on: &state) == [#"add(["https://example.org/q?a=1", "~/iso/"])"#])
        #expect(text(state).contains("looking…"))
        // It is asked for once.
        #expect(press(.enter, on: &state) == [])
        _ = state.update(.reply(.added(1, leftOut: nil)))
        #expect(state.layers.isEmpty && state.notice == "added 1 transfer")
    }

    @Test func aRefusalStaysUntilSomethingIsTyped() {
        var state = AppState(size: Fixtures.standard)
        _ = press(.character("a"), on: &state)
        #expect(press(.enter, on: &state) == [])
        #expect(text(state).contains("type or paste an address"))
        type("x", on: &state)
        #expect(!text(state).contains("type or paste an address"))
        _ = press(.enter, on: &state)
        _ = state.update(.reply(.refused(SafeText("x is not an address\u{1B}[2J"))))
        #expect(text(state).contains("x is not an address") && !text(state).contains("\u{1B}"))
        #expect(press(.enter, on: &state) == [#"add(["x"])"#])
        #expect(press(.escape, on: &state) == [] && state.layers.isEmpty)
        // An answer that comes too late is told all the same.
        _ = state.update(.reply(.refused(SafeText("no"))))
        #expect(state.notice == "no")
    }

    @Test func pastedLinesAreSourcesOfTheirOwn() {
        var state = AppState(size: Fixtures.standard)
        _ = state.update(.paste("https://a.org/1\nhttps://a.org/2\n\n  https://a.org/3\n"))
        #expect(text(state).contains("and 2 pasted before"))
        #expect(
            press(.enter, on: &state) == [#"add(["https://a.org/1", "https://a.org/2", "https://a.org/3"])"#])
    }

    @Test func pathsAreCompletedAsFarAsTheyAreSure() {
        var state = AppState(size: Fixtures.standard)
        _ = press(.character("a"), on: &state)
        type("~/D", on: &state)
        #expect(press(.tab, on: &state) == [#"complete("~/D")"#])
        _ = state.update(.reply(.completions(["~/Documents/", "~/Downloads/"])))
        #expect(text(state).contains("~/Do") && text(state).contains("Documents  Downloads"))
        type("w", on: &state)
        #expect(!text(state).contains("Documents"))
        _ = press(.tab, on: &state)
        _ = state.update(.reply(.completions(["~/Downloads/"])))
        #expect(text(state).contains("~/Downloads/"))
        _ = state.update(.reply(.completions([])))
        #expect(text(state).contains("~/Downloads/"))
        // Of an address nothing is known.
        type("http://", on: &state)
        #expect(press(.tab, on: &state) == [])
    }
}
