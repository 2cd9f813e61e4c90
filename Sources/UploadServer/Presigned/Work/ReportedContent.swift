import Crypto
import Foundation
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
            if let part = candidates.first(where: { isPart($0, receipt) }) {
                parts.append(
                    S3Part(
                        number: part.number, size: part.size, entityTag: part.entityTag,
                        checksums: [.sha256: receipt.digest.description]))
            } else {
                missing.append(receipt.index)
            }
        }
        return (parts, missing)
    }

    private func isPart(_ part: S3Part, _ receipt: ChunkReceipt) -> Bool {
        part.size == plan.range(of: receipt.index).length
            && EntityTagText.bare(part.entityTag) == EntityTagText.bare(receipt.entityTag)
            && part.checksums[.sha256].map { $0 == receipt.digest.description } ?? true
    }

    /// Whether an object is made of exactly what was reported. Without a proof it is not; of nothing there is none.
    func isWhole(_ object: StoredObject) -> Bool {
        guard object.size == plan.size, receipts.count == plan.count else { return false }
        if plan.count == 0 { return true }
        if let checksum = object.checksums.first(where: { $0.algorithm == .sha256 }) {
            if plan.count == 1, checksum.kind == .fullObject {
                return checksum.value == receipts[0].digest.description
            }
            return checksum.value == composite && checksum.partCount ?? plan.count == plan.count
        }
        guard let tag = object.entityTag, let expected = entityTag else { return false }
        return EntityTagText.bare(tag).lowercased() == expected
    }

    /// The SHA-256 of the parts' SHA-256, one behind the other (Amazon S3 User Guide, "Checking object integrity").
    private var composite: String {
        Hex.encode(Array(SHA256.hash(data: Data(receipts.flatMap(\.digest.bytes)))))
    }

    /// What a store calls an object of these parts that calls parts by their MD5; `nil` if it does not.
    private var entityTag: String? {
        var sums: [UInt8] = []
        for receipt in receipts {
            guard let sum = Hex.decode(EntityTagText.bare(receipt.entityTag)), sum.count == 16 else { return nil }
            sums += sum
        }
        return "\(Hex.encode(Array(Insecure.MD5.hash(data: Data(sums)))))-\(receipts.count)"
    }
}

/// What a store calls a part or an object: it writes the same tag in several ways.
enum EntityTagText {
    /// Without quotes.
    static func bare(_ text: String) -> Substring {
        text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"") ? text.dropFirst().dropLast() : text[...]
    }
}
