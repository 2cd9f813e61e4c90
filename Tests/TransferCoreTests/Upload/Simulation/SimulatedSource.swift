import TransferCore

/// A local file that is uploaded, with its versions.
struct SimulatedSource {
    private(set) var versions: [SourceIdentity]
    var isMissing = false

    init(using random: inout SeededRandom) {
        versions = [Self.identity(0, using: &random)]
    }

    var identity: SourceIdentity { versions[versions.count - 1] }

    /// The number of a version.
    static func version(of identity: SourceIdentity) -> Int { Int(identity.modified) }

    mutating func change(using random: inout SeededRandom) {
        versions.append(Self.identity(versions.count, using: &random))
    }

    private static func identity(_ version: Int, using random: inout SeededRandom) -> SourceIdentity {
        let size: Int64 =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: 0
            case 1: Int64.random(in: 1...5000, using: &random)
            default: Int64.random(in: 1...(1 << 20), using: &random)
            }
        return SourceIdentity(device: 1, inode: 1, size: size, modified: Int64(version))
    }
}
