import Testing
import TransferCore

@testable import TerminalUI

/// What holds for every frame.
@Suite struct FrameTests {
    static let contexts: [[Key]] = [
        [], [.enter], [.character("?")], [.character("d")], [.enter, .character("d")],
        [.character("/"), .character("i")], [.character("s")], [.character(":")],
        [.character("e")], [.character("a"), .character("x")], [.control("a"), .character("d")],
        [.character("P"), .character("n")], [.enter, .character("m")], [.enter, .character("+"), .character("m")],
        [.enter, .enter], [.enter, .character("n"), .enter],
    ]

    /// Every row fills the screen exactly, with no half of a wide character alone.
    func check(_ frame: Frame, _ size: Size, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(frame.size == size, sourceLocation: sourceLocation)
        for row in 0..<size.rows {
            var sum = 0
            var previous = 1
            var isWhole = true
            for cell in frame[row] {
                let width = Int(cell.width)
                sum += width
                if (width == 0) != (previous == 2) || (width == 0) != cell.text.isEmpty { isWhole = false }
                if cell.text.utf8.count > 1 && CellWidth.of(cell.text) != width { isWhole = false }
                previous = width
            }
            if sum != size.columns || previous == 2 || !isWhole {
                Issue.record("\(size), row \(row): \(frame.text(ofRow: row))", sourceLocation: sourceLocation)
            }
        }
    }

    @Test(arguments: contexts)
    func everySizeIsFilled(_ keys: [Key]) {
        let snapshot = Fixtures.inspected
        // Every width and every height; together only some, more of the small ones.
        for columns in 1...120 {
            let step = columns <= 45 ? 4 : 15
            for rows in stride(from: 1 + columns % step, through: 50, by: step) {
                let size = Size(columns: columns, rows: rows)
                let state = Fixtures.state(snapshot, size: size, keys: keys)
                check(render(state, size: size, capabilities: Capabilities()), size)
            }
        }
    }

    @Test func aFrameOfAnotherSizeThanTheStateIsFilled() {
        let state = Fixtures.state(Fixtures.watched, size: Fixtures.wide, keys: [.enter, .end])
        for size in [Fixtures.small, Size(columns: 1, rows: 1), Fixtures.standard] {
            check(render(state, size: size, capabilities: Capabilities()), size)
        }
    }

    static let hostileNames = [
        "\u{1B}[2J\u{1B}]0;title\u{7}", "\u{202E}gpj.exe", "a\u{200B}b\u{FEFF}", String(repeating: "日本語", count: 60),
        "e" + String(repeating: "\u{301}", count: 40), "\u{301}starts with a mark", "👍🏽👩🏽‍🚀🏳️‍🌈🇩🇪🇫🇷", "\u{E0041}tag",
        "कार्यक्रम की सूची",
        "한글\u{1112}\u{1161}\u{11AB}", String(repeating: "x", count: 10_240), String(repeating: "語", count: 5000),
        String(repeating: "\u{1F9D1}\u{1F3FF}", count: 50), "\u{FFFF}\u{10FFFF}\u{378}", "tab\tnew\nline\r", "", " ",
    ]

    @Test(arguments: hostileNames)
    func hostileNamesKeepTheColumns(_ name: String) {
        var snapshot = Fixtures.inspected
        snapshot.watched?.chunk?.head = AnswerHead(
            ResponseHead(status: 503, fields: [HeaderField(name, name), HeaderField("Server", name)]))
        snapshot.watched?.chunk?.receipt = Receipt(sha256: name, entityTag: name)
        for index in snapshot.transfers.indices {
            snapshot.transfers[index].name = SafeText(name)
            snapshot.transfers[index].source = SafeText(name)
            snapshot.transfers[index].explanation = SafeText(name)
            snapshot.transfers[index].error = TransferError(.gone, name)
        }
        snapshot.events.append(
            EngineEvent(at: WallTime(milliseconds: 0), transfer: TransferID(1), kind: .info, text: SafeText(name)))
        for keys in Self.contexts {
            for size in [Size(columns: 101, rows: 30), Fixtures.standard, Fixtures.small] {
                let state = Fixtures.state(snapshot, size: size, keys: keys)
                for glyphs in GlyphSet.allCases {
                    let frame = render(state, size: size, capabilities: Capabilities(glyphs: glyphs))
                    check(frame, size)
                    let isBounded = (0..<size.rows).allSatisfy { row in
                        frame[row].allSatisfy { $0.text.utf8.count <= 5 || $0.text.unicodeScalars.count <= 5 }
                    }
                    #expect(isBounded)
                    #expect((0..<size.rows).allSatisfy { !frame.text(ofRow: $0).contains("\u{1B}") })
                }
            }
        }
    }

    @Test func equalStatesGiveEqualFrames() {
        let one = Fixtures.state(Fixtures.watched, keys: [.enter])
        let other = Fixtures.state(Fixtures.watched, keys: [.enter])
        #expect(
            render(one, size: Fixtures.standard, capabilities: Capabilities())
                == render(other, size: Fixtures.standard, capabilities: Capabilities()))
    }

    @Test func aBoxCutsWideCharactersCleanly() {
        var snapshot = Fixtures.queue
        for index in snapshot.transfers.indices {
            snapshot.transfers[index].name = SafeText(String(repeating: "語", count: 30))
        }
        for columns in 60...80 {
            let size = Size(columns: columns, rows: 24)
            check(
                render(
                    Fixtures.state(snapshot, size: size, keys: [.character("d")]), size: size,
                    capabilities: Capabilities()),
                size)
        }
    }

    @Test func onlyTheFinishedFileIsAtHundredPercent() {
        let almost = Fixtures.transfer(1, "a", .verifying, done: 1000, total: 1000)
        #expect(TransferText.percent(almost) == "99%")
        #expect(TransferText.percent(Fixtures.transfer(1, "a", .completed, done: 1000, total: 1000)) == "100%")
    }

    @Test func theErrorAndItsRemedyAreShown() {
        let state = Fixtures.state(Fixtures.queue, keys: Array(repeating: .down, count: 5))
        let text = render(state, size: Fixtures.standard, capabilities: Capabilities()).description
        #expect(text.contains("no room for 500 MB on the disk of /home/me — free some space, then retry"))
    }

    @Test func anEmptyQueueSaysWhatToDo() {
        for size in [Fixtures.wide, Fixtures.standard, Fixtures.small] {
            let frame = render(AppState(size: size), size: size, capabilities: Capabilities())
            #expect(frame.description.contains("carryon add"))
        }
    }

    @Test func anUploadWithoutAnAcknowledgementMovesAndCountsNothing() {
        for size in [Fixtures.wide, Fixtures.standard] {
            let queue = render(Fixtures.state(Fixtures.sending, size: size), size: size, capabilities: Capabilities())
            #expect(queue.description.contains("↑1.10 MB/s") && queue.description.contains("sending, 2 conn"))
            #expect(queue.text(ofRow: 3).contains("  0% ") && queue.text(ofRow: 3).contains("▇▇"))
            #expect(!queue.text(ofRow: 3).contains("█"), "nothing is safe")
            let detail = Fixtures.state(Fixtures.sending, size: size, keys: [.enter])
            let frame = render(detail, size: size, capabilities: Capabilities())
            #expect(frame.text(ofRow: 1).contains("sending 1.10 MB/s") && frame.text(ofRow: 1).contains("peak"))
        }
    }

    @Test func whatHasEndedSaysNothingOfResuming() {
        var transfer = Fixtures.debian
        for state in TransferState.allCases {
            transfer.state = state
            let text = TransferText.progress(transfer, columns: 200).description
            #expect(text.contains("resume") == !state.isFinal)
        }
    }

    @Test func everyErrorHasWordsForTheQueue() {
        for code in TransferError.Code.allCases {
            #expect((3...15).contains(code.words.width), "\(code)")
            #expect(code.words.description != code.rawValue || !code.rawValue.contains("-"))
        }
    }
}
