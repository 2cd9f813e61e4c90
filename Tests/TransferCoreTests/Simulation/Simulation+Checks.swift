@testable import TransferCore

/// What must hold at every step, whatever happens.
extension Simulation {
    /// A request is well-formed and allowed.
    mutating func check(_ order: RequestOrder) {
        let range = order.expectation.range
        let id = order.transfer
        if range.isEmpty { violated("an empty range is asked for") }
        if let total = order.expectation.total, range.end > total, range.end != .max {
            violated("\(range) is beyond the end at \(total)")
        }
        let others = flights.values.filter { $0.order.transfer == id && $0.stage != .over }
        let limit = store.records[id]?.options.connections ?? Self.options
        let mine = queue.requests.values.filter { $0.transfer == id }.count
        if mine > limit { violated("\(mine) connections of \(id) where \(limit) are allowed") }
        if order.purpose == .fetch {
            for other in others where other.order.purpose == .fetch && !other.isEnding {
                let start = other.order.expectation.range.start
                if range.start < other.limit, start < range.end { violated("\(range) is asked for twice") }
            }
        }
        if sessions[id] == nil, !order.expectation.acceptsAnyVersion || !others.allSatisfy(\.isEnding) {
            violated("a request of \(id) before its file is known")
        }
        guard let remote = queue.requests[order.id]?.remote else { return violated("an unknown request") }
        let running = queue.requests.values.filter { $0.remote == remote }.count
        if running > settings.connectionsPerRemote { violated("\(running) connections to \(remote)") }
        if let until = closed[remote], now < until { violated("a request while \(remote) wants to be left alone") }
        if queue.gates[remote].map({ now < $0.closedUntil }) ?? false { violated("a request through a closed gate") }
    }

    /// Nothing that is wanted is in two places.
    mutating func checkPlanners() {
        for (id, entry) in queue.entries {
            guard let machine = entry.machine as? DownloadMachine else { continue }
            let ranges =
                (machine.planner.gaps.map(\.range) + machine.planner.running.values.map(\.range))
                .filter { !$0.isEmpty }.sorted { $0.start < $1.start }
            for (left, right) in zip(ranges, ranges.dropFirst()) where left.end > right.start {
                violated("\(left) and \(right) of \(id) overlap")
            }
            let size = machine.record.version?.size
            if machine.table.bytesDone > size ?? .max { violated("more than everything of \(id) is done") }
        }
    }

    /// A file that is about to get its name holds exactly one version.
    mutating func checkFinish(_ id: TransferID, _ order: FinishOrder) {
        guard let session = sessions[id] else { return violated("\(id) finishes without a file") }
        guard !flights.values.contains(where: { $0.order.transfer == id && !$0.isEnding }) else {
            return violated("\(id) finishes while requests run")
        }
        checkContent(disk.files[session.file.inode]?.written ?? [], size: order.size, of: id)
    }

    /// Every bookmarked byte is on the disk for good, and of the version that the row is about.
    mutating func checkBookmarks() {
        for (id, record) in store.records {
            guard let part = record.part, let version = record.version, let file = disk.files[part.inode],
                let number = remotes[record.source]?.version(of: version)
            else { continue }
            for chunk in store.loadChunks(of: id) {
                let first = Int(Int64(chunk.index) * version.chunkSize / SimulatedRemote.blockSize)
                let blocks = first..<(first + SimulatedDisk.blocks(chunk.bytes))
                let tag = SimulatedRemote.tag(number)
                if blocks.upperBound > file.synced.count || !blocks.allSatisfy({ file.synced[$0] == tag }) {
                    violated("chunk \(chunk.index) of \(id) is bookmarked and not on the disk")
                }
            }
        }
    }

    /// At the end: what is complete has one version's content under its name.
    mutating func checkCompleted() {
        for (id, record) in store.records where record.state == .completed {
            guard let path = record.finalPath, let identity = disk.identity(of: path), let size = record.version?.size
            else {
                violated("\(id) is complete without a file")
                continue
            }
            checkContent(disk.files[identity.inode]?.written ?? [], size: size, of: id)
        }
    }

    private mutating func checkContent(_ blocks: [UInt8], size: Int64, of id: TransferID) {
        guard let remote = store.records[id].flatMap({ remotes[$0.source] }) else { return }
        if blocks.count != SimulatedDisk.blocks(size) { violated("\(id) has \(blocks.count) blocks for \(size) bytes") }
        let versions = remote.sizes.indices.filter { remote.sizes[$0] == size }
        let isOne = versions.contains { version in
            blocks.allSatisfy { $0 == SimulatedRemote.tag(version) }
        }
        if !isOne { violated("\(id) is a mixture: \(Set(blocks).sorted()) of versions \(versions)") }
    }
}

extension SimulatedFlight {
    var isEnding: Bool {
        switch stage {
        case .ending, .over: true
        case .waitingForAnswer, .body: false
        }
    }
}
