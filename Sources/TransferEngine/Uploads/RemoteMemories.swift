import TransferCore
import WireProtocols

/// What was learnt of the remotes of running transfers. Lives on the engine's thread.
final class RemoteMemories {
    private var memories: [TransferID: Memory] = [:]

    private struct Memory {
        var remote = RemoteMemory()
        var chunkSize: Int64
    }

    /// Lets a conversation use, and change, what is known of the remote of an order.
    func with<Result>(_ order: UploadOrder, _ body: (inout RemoteMemory) -> Result) -> Result {
        // The remote may have decided anew how the file is cut.
        memories[order.transfer, default: Memory(chunkSize: 0)].chunkSize = order.plan.chunkSize
        // Changed in place: the memory may hold much.
        return body(&memories[order.transfer, default: Memory(chunkSize: 0)].remote)
    }

    /// Lets a conversation of a download use, and change, what is known of its remote.
    func with<Result>(_ transfer: TransferID, _ body: (inout RemoteMemory) -> Result) -> Result {
        body(&memories[transfer, default: Memory(chunkSize: 0)].remote)
    }

    /// A chunk was read.
    func learn(digest: String, of place: ChunkSupply.Place) {
        guard let chunkSize = memories[place.transfer]?.chunkSize else { return }
        memories[place.transfer]?.remote.digests[Int(place.range.start / chunkSize)] = digest
    }

    func forget(_ transfer: TransferID) {
        memories[transfer] = nil
    }
}
