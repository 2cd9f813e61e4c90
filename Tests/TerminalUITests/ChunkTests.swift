import Testing
import TransferCore

@testable import TerminalUI

@Suite struct ChunkTests {
    @Test func aGridHoldsEveryChunkOnce() {
        for chunks in [1, 2, 5, 19, 20, 21, 100, 399, 400, 401, 1184, 100_000] {
            for (columns, rows) in [(1, 1), (7, 3), (20, 1), (38, 4), (78, 5), (138, 20), (200, 60)] {
                let grid = GridLayout(chunks: chunks, columns: columns, rows: rows)
                var next = 0
                for cell in 0..<grid.cells {
                    let range = grid.range(ofCell: cell)
                    #expect(range.lowerBound == next && !range.isEmpty)
                    next = range.upperBound
                    #expect(grid.cell(ofChunk: range.lowerBound) == cell)
                    #expect(grid.cell(ofChunk: range.upperBound - 1) == cell)
                }
                #expect(next == chunks)
                #expect(grid.rows <= rows)
                #expect(grid.isBars || grid.cellsPerRow + grid.gutter <= columns)
            }
        }
    }

    @Test func aBarHoldsEveryChunkOnce() {
        for chunks in [16, 17, 100, 100_000] {
            let ranges = (0..<16).map { ChunkBar.range(ofCell: $0, of: 16, chunks: chunks) }
            #expect(ranges.flatMap { $0 } == Array(0..<chunks))
        }
        for chunks in 1...15 {
            var transfer = Fixtures.transfer(1, "a", .active, done: 1, total: 2)
            transfer.chunks = Fixtures.chunks(chunks, safe: chunks)
            #expect(ChunkBar.faces(of: transfer, columns: 16) == Array(repeating: .safe, count: 16))
        }
    }

    @Test(arguments: [0, 1, 47_113, 99_998, 99_999])
    func oneFailureInHundredThousandIsSeen(_ failed: Int) {
        var snapshot = Fixtures.watched
        snapshot.transfers[0].chunks = Fixtures.chunks(100_000, safe: 60_000)
        snapshot.transfers[0].chunks[failed].state = .failed
        for size in [Fixtures.wide, Fixtures.standard, Fixtures.small] {
            for keys in [[Key.enter], [.enter, .home], [.enter, .end], [.enter, .home, .right]] {
                let state = Fixtures.state(snapshot, size: size, keys: keys)
                let frame = render(state, size: size, capabilities: Capabilities())
                let area = DetailLayout(size: size, chunks: 100_000).grid
                let rows = (area.row..<area.row + area.rows).map { frame.text(ofRow: $0) }
                #expect(rows.contains { $0.contains("×") }, "\(size) \(keys)")
            }
        }
        let bar = ChunkBar.faces(of: snapshot.transfers[0], columns: 16)
        #expect(bar.contains(.failed))
    }

    @Test func problemsWinByPresenceAndCalmStatesByWeight() {
        let done = ChunkStatus(state: .done, share: 255)
        let pending = ChunkStatus(state: .pending)
        let retry = ChunkStatus(state: .waiting, retries: 2)
        let refetch = ChunkStatus(state: .pending, isRefetch: true)
        let failed = ChunkStatus(state: .failed)
        let verifying = ChunkStatus(state: .verifying)
        let skipped = ChunkStatus(state: .skipped, share: 255)
        #expect(ChunkFace([done, done]) == .safe)
        #expect(ChunkFace([pending, pending]) == .pending(isMoving: false))
        #expect(ChunkFace([done, pending]) == .filling(eighths: 4, isMoving: false))
        #expect(ChunkFace([done, retry, ChunkStatus(state: .active, retries: 12)]) == .retry(12))
        #expect(ChunkFace([retry, refetch]) == .refetch)
        #expect(ChunkFace([retry, failed, refetch]) == .failed)
        #expect(ChunkFace([done, done, verifying]) == .verifying)
        #expect(ChunkFace([pending, pending, verifying]) == .pending(isMoving: false))
        #expect(ChunkFace([skipped, skipped, done]) == .skipped)
        #expect(ChunkFace([skipped, done]) == .safe)
        // What was in trouble once and is safe now is safe.
        #expect(ChunkFace([ChunkStatus(state: .done, retries: 3, share: 255, isRefetch: true)]) == .safe)
    }

    @Test func aFullBlockMeansAllAndADotMeansNothing() {
        for share in 0...255 {
            let face = ChunkFace([ChunkStatus(state: .active, share: UInt8(share))])
            switch share {
            case 0: #expect(face == .pending(isMoving: true))
            default:
                guard case .filling(let eighths, true) = face else {
                    Issue.record("\(face)")
                    continue
                }
                #expect((1...7).contains(eighths))
            }
        }
    }

    @Test func everyFaceHasAGlyphOfOneColumnInEverySet() {
        var faces = ChunkLegend.faces.map(\.face) + (1...255).map { ChunkFace.retry($0) }
        faces += (1...7).map { .filling(eighths: $0, isMoving: true) }
        for glyphs in GlyphSet.allCases {
            for face in faces {
                let glyph = face.glyph(in: glyphs)
                #expect(CellWidth.of(glyph) == 1)
                #expect(glyphs != .ascii || glyph.isASCII)
            }
        }
        #expect(ChunkFace.retry(9).glyph(in: .utf8) == "9")
        #expect(ChunkFace.retry(10).glyph(in: .utf8) == "+")
    }

    @Test func aBarOfOneChunkKeepsItsTroubleAndItsGap() {
        let chunk = ChunkStatus(state: .waiting, retries: 2, share: 128)
        let faces = ChunkBar.faces(of: chunk, columns: 10)
        #expect(faces.count == 10)
        #expect(faces.filter { $0 == .safe }.count == 5)
        #expect(faces[5] == .retry(2))
        #expect(faces[9] == .pending(isMoving: false))
        #expect(!ChunkBar.faces(of: ChunkStatus(state: .active, share: 254), columns: 10).allSatisfy { $0 == .safe })
    }

    @Test func withoutChunksTheBytesMakeTheBar() {
        let half = Fixtures.transfer(1, "a", .paused, done: 50, total: 100)
        let faces = ChunkBar.faces(of: half, columns: 20)
        #expect(faces.filter { $0 == .safe }.count == 9 || faces.filter { $0 == .safe }.count == 10)
        #expect(faces.last == .pending(isMoving: false))
        let done = Fixtures.transfer(1, "a", .completed, done: 100, total: 100)
        #expect(ChunkBar.faces(of: done, columns: 20).allSatisfy { $0 == .safe })
    }

    @Test func theScaleIsSaid() {
        #expect(GridLayout(chunks: 100, columns: 78, rows: 5).scale == "1 cell = 1 chunk")
        #expect(GridLayout(chunks: 10, columns: 78, rows: 10).scale == "1 bar = 1 chunk")
        #expect(GridLayout(chunks: 100_000, columns: 20, rows: 5).scale == "1 cell = 1,000 chunks")
        #expect(GridLayout(chunks: 150, columns: 20, rows: 5).scale == "1 cell = 1–2 chunks")
    }
}
