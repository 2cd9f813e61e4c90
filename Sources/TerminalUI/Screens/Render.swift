/// Draws the screen: the same state, size and capabilities give the same frame, always.
public func render(_ state: AppState, size: Size, capabilities: Capabilities) -> Frame {
    var canvas = Canvas(size: size, glyphs: capabilities.glyphs)
    let screens = state.layers.filter { ![.confirm, .menu, .filter, .add].contains($0.keyContext) }
    if case .help = screens.last {
        HelpScreen.draw(state, on: &canvas)
    } else if case .log = screens.last {
        LogScreen.draw(state, on: &canvas)
    } else if case .inspector = screens.last, let transfer = state.selected {
        InspectorScreen(state: state, transfer: transfer, size: size).draw(on: &canvas)
    } else if state.detailID != nil, let transfer = state.selected {
        DetailScreen(state: state, transfer: transfer, size: size).draw(on: &canvas)
    } else {
        QueueScreen(state: state, size: size).draw(on: &canvas)
    }
    switch state.layers.last {
    case .confirmRemove(let ids): ConfirmBox.draw(state.transfers(ids), state: state, on: &canvas)
    case .add(let form): AddBox.draw(form, on: &canvas)
    case .menu(let menu): MenuBox.draw(menu, state: state, on: &canvas)
    default: break
    }
    var frame = canvas.frame
    frame.replaceChunks(with: capabilities.chunkGlyphs)
    return frame
}
