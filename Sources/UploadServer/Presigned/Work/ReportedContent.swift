import TransferCore
import WireProtocols

/// What clients have reported of an upload: what the parts at the store must be, and in the end the object.
struct ReportedContent {
    let plan: ChunkPlan
    /// Ascending by chunk.
    let receipts: [ChunkReceipt]

    /// The reported parts as the store has them, ascending; and the chunks that it does not have as they were reported.
    ///
    /// - Parameter listed: What the store says. It may list several parts of one number.
    func compare(with listed: [S3Part]) -> (parts: [S3Part], missing: [Int]) {
        let byNumber = Dictionary(grouping: listed, by: \.number)
        var parts: [S3Part] = []
        var missing: [Int] = []
        for receipt in receipts {
            let candidates = byNumber[StoreUpload.partNumber(of: receipt.index)] ?? []
            let (proof, length) = (receipt.proof, plan.range(of: receipt.index).length)
            if let part = candidates.first(where: { $0.isProven(by: proof, length: length) }) {
                parts.append(part.with(sha256: proof.sha256))
            } else {
                missing.append(receipt.index)
            }
        }
        return (parts, missing)
    }

    /// Whether an object is made of exactly what was reported. Without a proof it is not; of nothing there is none.
    func isWhole(_ object: StoredObject) -> Bool {
        let proofs = Dictionary(receipts.map { ($0.index, $0.proof) }) { $1 }
        return FinishedObject(plan: plan, receipts: proofs)?.isDescribed(by: object) ?? false
    }
}

extension ChunkReceipt {
    fileprivate var proof: Receipt { Receipt(sha256: digest.description, entityTag: entityTag) }
}
