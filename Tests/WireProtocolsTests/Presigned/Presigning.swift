@testable import TransferCore
@testable import WireProtocols

/// Shared by the suites on presigned chunks: a file of 1000 bytes in chunks of 100.
enum Presigning {
    static let digest = String(repeating: "a", count: 64)
    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    static func converse(
        _ index: Int = 1, size: Int64 = 1000, destination: String = "https://h/files/a",
        address: String = "https://h/uploads/id", memory: RemoteMemory = RemoteMemory(),
        offer: Receipt? = nil, md5: String? = nil,
        _ change: (inout TransferOptions) -> Void = { _ in }
    ) -> Conversation {
        var options = TransferOptions()
        change(&options)
        let plan = ChunkPlan(size: size, exactChunkSize: 100)
        let order = UploadOrder(
            id: RequestID(1), transfer: TransferID(1), task: .chunk(index, plan.range(of: index), offer: offer),
            address: address, plan: plan, mode: .presigned, destination: destination,
            source: SourceIdentity(device: 1, inode: 2, size: size, modified: 3), options: options,
            needsFreshConnection: false)
        return Conversation(
            PresignedChunkDialogue(order: order, digests: ChunkDigests(sha256: digest, md5: md5), version: "1"),
            memory: memory)
    }

    static func signed(_ digest: String, validFor seconds: Int) -> SignedChunk {
        SignedChunk(
            url: "https://store/b/1?X-Amz-Signature=old", method: "PUT", headers: [], sha256: digest,
            expiresAt: Storing.now + .seconds(seconds))
    }

    /// - Parameter expiresAt: Ten minutes after ``date``, unless told otherwise.
    static func address(
        _ index: Int, url: String? = nil, method: String = "PUT", headers: String = "{}",
        expiresAt: String = "1994-11-06T08:59:37Z"
    ) -> String {
        let url = url ?? "https://store/b/\(index)?X-Amz-Signature=s"
        return #"{"index":\#(index),"method":"\#(method)","url":"\#(url)","headers":\#(headers),"#
            + #""expiresAt":"\#(expiresAt)"}"#
    }

    static func addresses(_ indices: [Int], headers: String = "{}") -> ScriptedAnswer {
        answer(indices.map { address($0, headers: headers) })
    }

    static func answer(_ addresses: [String], date: String? = date) -> ScriptedAnswer {
        ScriptedAnswer(200, date.map { ["Date": $0] } ?? [:], #"{"urls":[\#(addresses.joined(separator: ","))]}"#)
    }

    static func problem(_ status: Int, _ kind: String) -> ScriptedAnswer {
        ScriptedAnswer(status, [:], #"{"type":"urn:carryon:problem:\#(kind)","detail":"because"}"#)
    }
}
