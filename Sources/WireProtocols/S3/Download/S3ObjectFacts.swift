import TransferCore

/// What a store tells of an object in the head of an answer to `HEAD`.
struct S3ObjectFacts {
    /// In bytes; `nil` if the answer did not say.
    let size: Int64?
    let validator: Validator
    /// Of the content, if the store keeps one that can be computed here.
    private(set) var checksum: ObjectChecksum?
    /// A composite one, while it is not known how the object was cut.
    private var composite: S3ObjectChecksum?
    private var parts: ObjectChecksum.Parts?

    /// - Parameter now: The time at which the answer came.
    init(_ head: ResponseHead, now: WallTime) {
        if case .known(let length) = ContentLength(head) { size = length } else { size = nil }
        validator = Validator(head: head, now: now)
        guard let size, size > 0 else { return }
        let found = S3ObjectChecksum.all(in: head)
        for algorithm in Self.preference {
            guard let checksum = found.first(where: { $0.algorithm == algorithm }) else { continue }
            switch checksum.kind {
            // Of an object in parts it could be either.
            case nil where isInParts: continue
            case nil, .fullObject: self.checksum = ObjectChecksum(algorithm: algorithm, value: checksum.value)
            case .composite where algorithm != .crc64nvme: composite = checksum
            case .composite: continue
            }
            return
        }
    }

    /// The strongest first. Usually there is one only.
    private static let preference: [ObjectChecksum.Algorithm] = [.sha256, .sha1, .crc64nvme, .crc32c, .crc32]

    /// Whether the `ETag` ends in `-` and a number, as those of objects in parts do.
    private var isInParts: Bool {
        guard let tag = validator.entityTag?.opaque.utf8.dropLast() else { return false }
        let digits = tag.reversed().prefix(while: FieldSyntax.isDigit).count
        return digits > 0 && tag.dropLast(digits).last == UInt8(ascii: "-")
    }

    // MARK: Parts

    /// The number of the part that the store has to be asked about before the checksum is of use; `nil` if there is none.
    ///
    /// Only objects of equal parts can be checked. The first part tells their size, and the last one that nothing before
    /// it was larger or smaller.
    var nextPart: Int? { composite == nil ? nil : parts?.count ?? 1 }

    /// Takes the answer to the same question about ``nextPart``. What does not fit together leaves the object without a
    /// checksum.
    mutating func measure(_ head: ResponseHead) {
        guard let composite else { return }
        self.composite = nil
        guard let range = range(ofPart: head) else { return }
        if let parts {
            guard range.start == parts.size * Int64(parts.count - 1) else { return }
        } else {
            guard let parts = count(head, first: range, composite) else { return }
            self.parts = parts
            // What is left of a first part is a second one.
            if parts.count > 2 { return self.composite = composite }
        }
        checksum = ObjectChecksum(algorithm: composite.algorithm, value: composite.value, parts: parts)
    }

    private func count(
        _ head: ResponseHead, first: ByteRange, _ composite: S3ObjectChecksum
    ) -> ObjectChecksum.Parts? {
        guard let size, first.start == 0 else { return nil }
        let count = (size - 1) / first.length + 1
        let announced = head["x-amz-mp-parts-count"].flatMap { FieldSyntax.number(FieldSyntax.trimmed($0)) }
        let counts = [composite.partCount.map(Int64.init), announced].compactMap { $0 }
        guard !counts.isEmpty, counts.allSatisfy({ $0 == count }), S3Limits.partNumbers.contains(Int(count)) else {
            return nil
        }
        return ObjectChecksum.Parts(size: first.length, count: Int(count))
    }

    /// The bytes of the part that the answer is about, of the same version of the object.
    private func range(ofPart head: ResponseHead) -> ByteRange? {
        guard let size, head.status == 206 || head.status == 200,
            head["ETag"].flatMap(EntityTag.parse) == validator.entityTag
        else { return nil }
        // Some stores tell the length in this field only, and some not at all.
        if let field = head["Content-Range"] {
            guard case .part(let range, let total) = ContentRange.parse(field), total == size else { return nil }
            return range
        }
        guard case .known(let length) = ContentLength(head), (1...size).contains(length) else { return nil }
        return parts == nil ? ByteRange(0, length) : ByteRange(size - length, size)
    }
}
