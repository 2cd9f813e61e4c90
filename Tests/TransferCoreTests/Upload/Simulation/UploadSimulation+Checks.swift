@testable import TransferCore

/// What must hold at every step, whatever happens.
extension UploadSimulation {
    /// A request is allowed.
    mutating func check(_ order: UploadOrder) {
        let id = order.transfer
        let mine = flights.values.filter { $0.order.transfer == id }
        let chunks = mine.filter { $0.order.chunk != nil }
        let isChunk = order.chunk != nil
        if isChunk, chunks.count >= order.options.connections { violated("too many connections of \(id)") }
        if !isChunk, mine.count > chunks.count { violated("two questions of \(id) at once") }
        if isChunk, chunks.contains(where: { $0.order.chunk == order.chunk }) { violated("a chunk is sent twice") }
        if isChunk, !openSources.contains(id) { violated("a chunk of \(id) is sent while its source is closed") }
        let stored = store.records[id]?.upload
        switch order.task {
        case .register(let registration):
            if stored?.key != registration.key { violated("\(id) is registered before its key is stored") }
        case .chunk: if stored?.address != order.address { violated("\(id) is sent before its address is stored") }
        case .complete:
            if mine.count > 0 { violated("\(id) is completed while requests run") }
        case .status, .abort: break
        }
        if queue.requests.count > settings.connectionsPerRemote { violated("too many connections") }
        if queue.gates.values.contains(where: { now < $0.closedUntil }) { violated("a request through a closed gate") }
    }

    /// The counters of running uploads agree with their tables, and their tables with the store.
    mutating func checkMachines() {
        for (id, entry) in queue.entries {
            guard let machine = entry.machine as? UploadMachine, machine.phase == .sending else { continue }
            let statuses = machine.table.statuses
            var counts: [ChunkState: Int] = [:]
            for status in statuses { counts[status.state, default: 0] += 1 }
            let acknowledged = [.verifying, .done, .skipped].reduce(0) { $0 + counts[$1, default: 0] }
            if machine.acknowledged.chunksDone != acknowledged { violated("\(id) has lost count of what is there") }
            if machine.untried != counts[.pending, default: 0] { violated("\(id) has lost count of what is not") }
            let busy = machine.sending.count + machine.retries.count + machine.doubtful.count
            if busy > machine.record.options.connections { violated("\(busy) chunks of \(id) at once") }
            let rows = store.chunks[id, default: [:]]
            for chunk in statuses.indices where statuses[chunk].state == .done && rows[chunk] == nil {
                violated("chunk \(chunk) of \(id) is done without a receipt")
            }
        }
        if server.hasMixed { violated("an upload has chunks of two contents") }
        if server.repeats > excusedRepeats { violated("\(server.repeats) chunks were sent again needlessly") }
    }

    /// A completion is recorded after the server has confirmed it.
    mutating func checkStored(_ record: TransferRecord) {
        guard record.state == .completed, let upload = record.upload else { return }
        let found = upload.address.flatMap { server.uploads[$0] }
        if found?.isComplete != true { violated("\(record.id) is complete here and not at the server") }
    }

    /// At the end: every file is at the server, in one version, and nothing else of ours.
    mutating func checkEnd() {
        for (id, record) in store.records {
            guard let upload = record.upload, let versions = sources[record.source]?.versions,
                let number = versions.firstIndex(of: upload.source), let address = upload.address,
                let found = server.uploads[address], found.isComplete
            else {
                violated("\(id) is complete without a file")
                continue
            }
            let whole = Set(found.chunks.values).isSubset(of: [number]) && found.chunks.count == found.plan.count
            if !hasLostReceipts, store.loadChunks(of: id).count != upload.plan.count {
                violated("\(id) lacks receipts")
            }
            if !whole || found.size != upload.source.size { violated("the file of \(id) is not version \(number)") }
        }
        let named = Set(store.records.values.flatMap { $0.abandoned + [$0.upload?.address].compactMap(\.self) })
        for (address, upload) in server.uploads where !upload.isComplete {
            if server.kind == .s3 {
                // No excuses: it costs money.
                if heard.contains(address), !named.contains(address) {
                    violated("\(address) is forgotten at the store")
                }
            } else if known.contains(address), !excused.contains(address) {
                violated("\(address) is left at the server")
            }
        }
        if !openSources.isEmpty { violated("sources of \(openSources) are left open") }
    }
}
