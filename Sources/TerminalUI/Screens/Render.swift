/// Draws the screen: the same state, size and capabilities give the same frame, always.
public func render(_ state: AppState, size: Size, capabilities: Capabilities) -> Frame {
    var canvas = Canvas(size: size, glyphs: capabilities.glyphs)
    if case .help = state.layers.last {
        HelpScreen.draw(state, on: &canvas)
    } else if state.detailID != nil, let transfer = state.selected {
        DetailScreen(state: state, transfer: transfer, size: size).draw(on: &canvas)
    } else {
        QueueScreen(state: state, size: size).draw(on: &canvas)
    }
    if case .confirmRemove = state.layers.last, let transfer = state.selected {
        ConfirmBox.draw(transfer, state: state, on: &canvas)
    }
    return canvas.frame
}
