extension Frame {
    /// Puts the characters that a theme chose for chunks in the place of the usual ones.
    mutating func replaceChunks(with glyphs: [Role: Character]) {
        guard !glyphs.isEmpty else { return }
        for row in 0..<size.rows {
            for column in 0..<size.columns {
                let cell = self[row, column]
                // Under the cursor a chunk has the role of the cursor, and only its character tells its state.
                let role = cell.style.role == .cursor ? Self.roles[cell.text] : cell.style.role
                guard let role, let glyph = glyphs[role], Self.roles[cell.text] == role else { continue }
                self[row, column].text = String(glyph)
            }
        }
    }

    /// The states that one character stands for.
    private static let roles: [String: Role] = {
        let faces: [ChunkFace] = [.pending(isMoving: false), .safe, .verifying, .refetch, .skipped, .failed]
        return Dictionary(uniqueKeysWithValues: faces.map { (String($0.glyph(in: .utf8)), $0.style.role) })
    }()
}
