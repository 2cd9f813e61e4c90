import TransferCore

/// What one commit has to do.
struct SimulatedWork {
    enum Question {
        case bookmark(TransferID)
        case insert([NewTransfer])
        case verify(TransferID, VerifyOrder)
    }

    var batch = StoreBatch()
    var opened: [TransferID] = []
    var closing: [(id: TransferID, path: String, delete: Bool)] = []
    var finishing: [(id: TransferID, order: FinishOrder, sha256: String?)] = []
    var questions: [Question] = []

    var isEmpty: Bool {
        batch.isEmpty && opened.isEmpty && closing.isEmpty && finishing.isEmpty && questions.isEmpty
    }

    mutating func save(_ record: TransferRecord) {
        if let index = batch.records.firstIndex(where: { $0.id == record.id }) {
            batch.records[index] = record
        } else {
            batch.records.append(record)
        }
    }

    mutating func forgetChunks(_ id: TransferID) {
        batch.chunks[id] = nil
        batch.progress[id] = nil
        batch.forgottenChunks.append(id)
    }

    mutating func remove(_ id: TransferID) {
        forgetChunks(id)
        batch.records.removeAll { $0.id == id }
        batch.removed.append(id)
    }
}

/// A commit under way; the power may fail between any two of its stages.
struct SimulatedCommit {
    enum Stage { case sync, rows, names, completions, answers }

    var work: SimulatedWork
    var stage = Stage.sync
    var events: [Event] = []
    var completed: [TransferRecord] = []
}
