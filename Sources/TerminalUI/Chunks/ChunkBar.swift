import TransferCore

/// A row of cells that shows how far a transfer or a chunk is.
enum ChunkBar {
    /// The faces of `columns` cells for a whole transfer.
    ///
    /// - Parameter pyramid: That of its chunks, where one is kept.
    static func faces(
        of transfer: TransferSnapshot, pyramid: ChunkPyramid? = nil, columns: Int
    ) -> [ChunkFace] {
        guard columns > 0 else { return [] }
        let chunks = transfer.chunks
        if transfer.state == .completed && chunks.isEmpty { return Array(repeating: .safe, count: columns) }
        if chunks.isEmpty {
            let share = transfer.bytesTotal.map { ChunkStatus.share(transfer.bytesDone, of: $0) } ?? 0
            let state: ChunkState = transfer.state == .verifying ? .verifying : .pending
            return faces(of: ChunkStatus(state: state, share: share), columns: columns)
        }
        if chunks.count >= columns {
            let pyramid = pyramid ?? ChunkPyramid(flat: chunks)
            return faces(of: pyramid, columns: columns)
        }
        // Fewer chunks than cells: every chunk gets a bar of its own.
        var faces: [ChunkFace] = []
        for index in chunks.indices {
            let end = (index + 1) * columns / chunks.count
            faces += self.faces(
                of: chunks[index], isUpload: transfer.direction == .upload, columns: end - faces.count)
        }
        return faces
    }

    /// The faces of `columns` cells for all chunks of a pyramid. Needs as many chunks as cells.
    static func faces(of pyramid: ChunkPyramid, columns: Int) -> [ChunkFace] {
        (0..<columns).map {
            ChunkFace(pyramid.tally(range(ofCell: $0, of: columns, chunks: pyramid.chunks.count)))
        }
    }

    /// The chunks of cell `index`; together the cells hold every chunk once. Needs as many chunks as cells.
    static func range(ofCell index: Int, of cells: Int, chunks: Int) -> Range<Int> {
        index * chunks / cells..<(index + 1) * chunks / cells
    }

    /// The bar of a single chunk: its safe part, then its trouble, if any, then what is missing.
    ///
    /// What was sent of a chunk and not acknowledged is not safe: it never fills a cell, and is marked as moving.
    static func faces(of chunk: ChunkStatus, isUpload: Bool = false, columns: Int) -> [ChunkFace] {
        guard columns > 0 else { return [] }
        let whole = ChunkFace(CollectionOfOne(chunk))
        switch whole {
        case .safe, .skipped, .verifying:
            return Array(repeating: whole, count: columns)
        case .pending, .filling, .retry, .refetch, .failed:
            break
        }
        let isMoving = chunk.state == .active
        // At least one cell shows that something is missing.
        let filled = min(Int(chunk.share) * columns / 255, columns - 1)
        let done: ChunkFace = isUpload && isMoving ? .filling(eighths: 7, isMoving: true) : .safe
        var faces = Array(repeating: done, count: filled)
        let rest = Int(chunk.share) * columns - filled * 255
        faces.append(whole.isProblem ? whole : ChunkFace(safe: rest, of: 255, isMoving: isMoving))
        while faces.count < columns { faces.append(.pending(isMoving: false)) }
        return faces
    }
}
