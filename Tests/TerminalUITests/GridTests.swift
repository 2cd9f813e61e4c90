import Testing
import TransferCore

@testable import TerminalUI

/// Zoom, overlays and the cursor of the grid.
@Suite struct GridTests {
    private static let million = 1_000_000
    /// Built once: making a million chunks takes a debug build a while.
    private static let oneFailure: AppState = {
        var snapshot = Fixtures.watched
        snapshot.transfers[0].chunks = Fixtures.chunks(million, safe: 600_000)
        snapshot.transfers[0].chunks[471_137].state = .failed
        return Fixtures.state(snapshot, keys: [.enter])
    }()

    private func view(cursor: Int, zoom: Int, first: Int = 0) -> GridState {
        var view = GridState()
        view.cursor = cursor
        view.zoom = zoom
        view.first = first
        return view
    }

    @Test func atEveryZoomEachChunkOfTheWindowIsInOneCell() {
        for chunks in [1, 20, 21, 151, 1184, 100_000, Self.million] {
            for (columns, rows) in [(1, 1), (1, 2), (7, 3), (38, 4), (78, 5), (138, 20), (200, 60)] {
                let deepest = GridLayout(chunks: chunks, columns: columns, rows: rows).deepestZoom
                for zoom in 0...deepest + 1 {
                    for cursor in Set([0, chunks / 3, chunks - 1]) {
                        let view = view(cursor: cursor, zoom: zoom, first: cursor / 2)
                        let grid = GridLayout(chunks: chunks, columns: columns, rows: rows, view: view)
                        let place: Comment = "\(chunks) at \(columns)x\(rows), zoom \(zoom), cursor \(cursor)"
                        #expect(grid.window.contains(cursor), place)
                        #expect(
                            (0..<chunks).contains(grid.window.lowerBound) && grid.window.upperBound <= chunks, place)
                        #expect(grid.rows + (grid.hasOverview ? 1 : 0) <= rows, place)
                        #expect(zoom < grid.deepestZoom || grid.deepestZoom == 0 || grid.cells == grid.window.count)
                        var next = grid.window.lowerBound
                        var isExact = true
                        for cell in 0..<grid.cells {
                            let range = grid.range(ofCell: cell)
                            if range.lowerBound != next || range.isEmpty { isExact = false }
                            if grid.cell(ofChunk: range.lowerBound) != cell { isExact = false }
                            if grid.cell(ofChunk: range.upperBound - 1) != cell { isExact = false }
                            next = range.upperBound
                        }
                        #expect(isExact && next == grid.window.upperBound, place)
                    }
                }
            }
        }
    }

    @Test func everyPartOfTheScreenOfATransferIsOnTheScreen() {
        for chunks in [0, 1, 15, 1184, Self.million] {
            for columns in 1...200 {
                for rows in 1...60 {
                    let layout = DetailLayout(
                        size: Size(columns: columns, rows: rows), chunks: chunks,
                        view: view(cursor: chunks / 2, zoom: 2))
                    let areas = [
                        layout.facts, layout.gridTitle, layout.grid, layout.legend, layout.cursor, layout.inFlight,
                        layout.events, layout.footer,
                    ]
                    let isInside = areas.allSatisfy {
                        $0.isEmpty
                            || $0.row >= 0 && $0.row + $0.rows <= rows && $0.column >= 0
                                && $0.column + $0.columns <= columns
                    }
                    let used = layout.cells.rows + (layout.cells.hasOverview ? 1 : 0)
                    let fits = layout.tier == .summary || used <= layout.grid.rows
                    if !isInside || !fits { Issue.record("\(chunks) chunks at \(columns)x\(rows)") }
                }
            }
        }
    }

    /// Every width and every height that has a grid, and some of their combinations, near the failure and far from it.
    @Test func oneFailureInAMillionIsSeenAtEverySize() {
        var states: [AppState] = []
        for keys in [[Key.end], [.home], [.home, .character("+")], [.character("+"), .character("+")]]
            + GridOverlay.allCases.indices.map({ Array(repeating: Key.character("m"), count: $0) })
        {
            var state = Self.oneFailure
            for key in keys { _ = state.update(.key(key)) }
            states.append(state)
        }
        for columns in 40...200 {
            let rows = 10 + columns * 7 % 51
            let state = states[columns % states.count]
            let size = Size(columns: columns, rows: rows)
            let area = DetailLayout(size: size, chunks: Self.million, view: state.grid).grid
            let frame = render(state, size: size, capabilities: Capabilities())
            let isSeen = (area.row..<area.row + area.rows).contains { frame.text(ofRow: $0).contains("×") }
            #expect(isSeen, "\(size) \(state.grid)")
        }
    }

    @Test func zoomingEndsAtOneChunkACell() {
        var state = Self.oneFailure
        _ = state.update(.key(.character("n")))
        var zooms = 0
        while zooms < 20 {
            _ = state.update(.key(.character("+")))
            if state.notice != nil { break }
            zooms += 1
            #expect(state.grid.zoom == zooms)
        }
        let layout = DetailLayout(size: state.size, chunks: Self.million, view: state.grid).cells
        #expect(layout.scale == "1 cell = 1 chunk" && layout.magnification == "zoom 1:1")
        #expect(layout.window.contains(471_137) && state.grid.cursor == 471_137)
        for _ in 0..<zooms { _ = state.update(.key(.character("-"))) }
        #expect(state.grid.zoom == 0 && state.notice == nil)
        _ = state.update(.key(.character("-")))
        #expect(state.notice == "these are all chunks already")
    }

    @Test func theCursorWalksOutOfTheWindowAndTakesItAlong() {
        for zooms in 1...9 {
            var state = Self.oneFailure
            _ = state.update(.key(.home))
            for _ in 0..<zooms { _ = state.update(.key(.character("+"))) }
            func layout() -> GridLayout { DetailLayout(size: state.size, chunks: Self.million, view: state.grid).cells }
            var windows = [layout().window]
            for key in [Key.down, .right, .right, .up] {
                for _ in 0..<40 {
                    let before = state.grid.cursor
                    _ = state.update(.key(key))
                    let moved = state.grid.cursor - before
                    let isMoved = key == .up ? moved < 0 || before == 0 : moved > 0 || before == Self.million - 1
                    #expect(isMoved, "zoom \(zooms), \(key) from \(before)")
                    if layout().window != windows.last { windows.append(layout().window) }
                    #expect(layout().window.contains(state.grid.cursor))
                }
            }
            #expect(windows.count > 2)
            _ = state.update(.key(.end))
            #expect(state.grid.cursor == Self.million - 1 && layout().window.upperBound == Self.million)
            _ = state.update(.key(.character("n")))
            #expect(state.grid.cursor == 471_137 && layout().window.contains(471_137))
        }
    }

    @Test func theCursorStopsAtTheTroubleInItsCell() {
        var state = Self.oneFailure
        _ = state.update(.key(.end))
        while state.grid.cursor > 471_137 { _ = state.update(.key(.up)) }
        let row = DetailLayout(size: state.size, chunks: Self.million).cells
        while !row.range(ofCell: row.cell(ofChunk: state.grid.cursor)).contains(471_137) {
            _ = state.update(.key(.right))
        }
        #expect(state.grid.cursor == 471_137)
    }

    @Test func aSmallTransferCannotBeZoomed() {
        var state = Fixtures.state(Fixtures.uploading, keys: [.enter, .character("+")])
        #expect(state.grid.zoom == 0 && state.notice == "each cell is one chunk already")
        _ = state.update(.key(.character("=")))
        #expect(state.grid.zoom == 0)
    }

    @Test func levelsRunFromTheSlowToTheFast() throws {
        var measures = ChunkMeasures()
        for index in 0..<1000 { measures.set(Double(index + 1) * 10_000, at: index, of: 1000) }
        let scale = try #require(HeatScale(measures))
        let levels = measures.codes.map(scale.level)
        #expect(Set(levels) == Set(1...5))
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(HeatScale(ChunkMeasures()) == nil)
        // All alike is no reason to divide by nothing.
        var alike = ChunkMeasures()
        alike.set(5, at: 0, of: 1)
        #expect(HeatScale(alike)?.level(of: ChunkMeasures.code(of: 5)) == 1)
    }

    @Test func everyHeatHasAGlyphOfOneColumnInEverySet() {
        let faces: [HeatFace] =
            (1...5).map { .level($0) } + [.nothing, .problem(.failed)] + (1...255).map { .retries($0) }
        for glyphs in GlyphSet.allCases {
            for face in faces {
                let glyph = face.glyph(in: glyphs)
                #expect(CellWidth.of(glyph) == 1)
                #expect(glyphs != .ascii || glyph.isASCII)
            }
            #expect(Set((1...5).map { HeatFace.level($0).glyph(in: glyphs) }).count == 5)
        }
    }

    @Test func anOverlaySaysItsScaleAndKeepsTrouble() {
        let overlays: [(count: Int, texts: [String])] = [
            (1, ["overlay: speed", "MB/s", "▁", "!"]), (2, ["overlay: retries", "tries that failed", "!"]),
            (3, ["overlay: latency", " ms", "▁", "!"]), (4, ["█ safe"]),
        ]
        for overlay in overlays {
            let keys = [Key.enter] + Array(repeating: .character("m"), count: overlay.count)
            let frame = render(
                Fixtures.state(Fixtures.watched, keys: keys), size: Fixtures.standard, capabilities: .init())
            for text in overlay.texts { #expect(frame.description.contains(text), "\(overlay.count): \(text)") }
        }
    }

    @Test func aMillionChunksAreQuick() {
        var state = Self.oneFailure
        var snapshot = state.snapshot
        snapshot.transfers[0].chunks[5].state = .active
        let clock = ContinuousClock()
        let updating = clock.measure { _ = state.update(.snapshot(snapshot)) }
        let drawing = clock.measure { _ = render(state, size: Fixtures.wide, capabilities: Capabilities()) }
        // Generous, for a debug build on a busy machine.
        #expect(updating < .seconds(1))
        #expect(drawing < .seconds(1))
        print("1,000,000 chunks: update \(updating), render \(drawing)")
    }
}
