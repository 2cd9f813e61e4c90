import Testing
import TransferCore

@testable import TerminalUI

@Suite struct MouseTests {
    private func turn(_ kind: MouseEvent.Kind, _ state: inout AppState) {
        #expect(state.update(.mouse(MouseEvent(kind, row: 5, column: 5))).isEmpty)
    }

    @Test func theWheelMovesWhatTheArrowsMove() {
        var state = Fixtures.state(Fixtures.many(100))
        turn(.wheelDown, &state)
        turn(.wheelDown, &state)
        turn(.wheelUp, &state)
        #expect(state.selection == TransferID(2))
        _ = state.update(.key(.character("?")))
        turn(.wheelDown, &state)
        #expect(state.helpScroll == 1)
        _ = state.update(.key(.escape))
        #expect(state.selection == TransferID(2))
        // A question is answered on purpose only.
        _ = state.update(.key(.character("d")))
        turn(.wheelDown, &state)
        #expect(state.selection == TransferID(2))
    }

    @Test func aKeyGivesTheMouseToTheTerminalAndTakesItBack() {
        var state = Fixtures.state(Fixtures.queue)
        #expect(state.isMouseCaptured)
        for isCaptured in [false, true] {
            let commands = state.update(.key(.character("M")))
            guard commands.count == 1, case .captureMouse(isCaptured) = commands[0] else {
                Issue.record("\(commands)")
                continue
            }
            #expect(state.isMouseCaptured == isCaptured)
        }
    }
}
