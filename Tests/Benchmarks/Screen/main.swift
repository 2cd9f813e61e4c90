import Glibc
import TerminalUI
import TransferCore

// How long one frame takes to make: what `Tests/Benchmarks/screen` builds in a package of its own. Without Glibc there
// would be no libm, which the standard library needs.

let wide = Size(columns: 140, rows: 40)
let capabilities = Capabilities(glyphs: .utf8, colors: 256)

/// A queue of `count` transfers of which every third moves.
func queue(_ count: Int) -> EngineSnapshot {
    var snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
    snapshot.transfers = (0..<count).map { index -> TransferSnapshot in
        var transfer = transfer(index + 1, index % 3 == 0 ? .active : .queued)
        transfer.bytesDone = Int64(index)
        transfer.bytesTotal = Int64(count)
        transfer.bytesPerSecond = index % 3 == 0 ? 1e6 : 0
        return transfer
    }
    snapshot.isIdle = false
    return snapshot
}

/// One transfer of `count` chunks, in every state.
func chunks(_ count: Int) -> EngineSnapshot {
    var snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
    var transfer = transfer(1, .active)
    transfer.chunks = (0..<count).map { index in
        if index % 1009 == 0 { return ChunkStatus(state: .waiting, retries: UInt8(index % 12), share: 90) }
        return ChunkStatus(state: index < count / 2 ? .done : .pending, share: index < count / 2 ? 255 : 0)
    }
    transfer.chunks[count - 1] = ChunkStatus(state: .failed)
    transfer.chunksTotal = count
    transfer.chunksDone = count / 2
    transfer.bytesTotal = Int64(count) << 20
    transfer.bytesDone = Int64(count) << 19
    snapshot.transfers = [transfer]
    snapshot.isIdle = false
    return snapshot
}

func transfer(_ id: Int, _ state: TransferState) -> TransferSnapshot {
    TransferSnapshot(
        id: TransferID(Int64(id)), direction: .download, source: SafeText("https://example.org/pub/file-\(id).bin"),
        destination: SafeText("/home/me/file-\(id).bin"), name: SafeText("file-\(id).bin"), state: state,
        createdAt: WallTime(milliseconds: 0))
}

/// Prints `name p50 p99`, in milliseconds.
func measure(_ name: String, rounds: Int = 300, _ body: (Int) -> Void) {
    let clock = ContinuousClock()
    for round in 0..<10 { body(round) }
    let times = (0..<rounds).map { round in clock.measure { body(round) }.inSeconds * 1000 }.sorted()
    print(name, times[rounds / 2], times[rounds * 99 / 100])
}

for count in [10, 40, 10_000] {
    let snapshot = queue(count)
    var state = AppState(size: wide)
    _ = state.update(.snapshot(snapshot))
    measure("scroll-\(count)") { round in
        _ = state.update(.key(round / 5 % 2 == 0 ? .down : .up))
        _ = render(state, size: wide, capabilities: capabilities)
    }
    measure("data-\(count)") { _ in
        _ = state.update(.snapshot(snapshot))
        _ = render(state, size: wide, capabilities: capabilities)
    }
}
let million = chunks(1_000_000)
var state = AppState(size: wide)
_ = state.update(.snapshot(million))
measure("queue-of-chunks") { _ in _ = render(state, size: wide, capabilities: capabilities) }
_ = state.update(.key(.enter))
measure("chunks") { _ in _ = render(state, size: wide, capabilities: capabilities) }
measure("chunks-data") { _ in
    _ = state.update(.snapshot(million))
    _ = render(state, size: wide, capabilities: capabilities)
}
