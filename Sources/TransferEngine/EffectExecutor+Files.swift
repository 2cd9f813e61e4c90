import Logging
import TransferCore

extension EffectExecutor {
    // MARK: Part files

    func open(_ id: TransferID, _ order: FileOrder) {
        let fileSystem = parts.fileSystem
        let opened = self.opened
        let inbox = self.inbox
        // Always the same writer, so that a deletion ordered before is done before.
        writers[0].submit {
            let result: Result<FileOpening, TransferError>
            do throws(TransferError) {
                let (opening, session) = try PartOpener(fileSystem: fileSystem).open(id, order)
                if let session { opened.put(session, of: id) }
                result = .success(opening)
            } catch {
                result = .failure(error)
            }
            inbox.post([.fileOpened(id, result)])
        }
    }

    func delete(_ path: String, _ identity: FileIdentity) {
        let fileSystem = parts.fileSystem
        let logger = parts.logger
        writers[0].submit {
            do throws(TransferError) {
                // Never somebody else's file that has come to stand there.
                guard try fileSystem.identity(of: path) == identity else { return }
                try fileSystem.remove(path)
                try fileSystem.syncFolder(of: path)
            } catch {
                logger.warning("cannot delete a part file", metadata: ["error": "\(error.detail)"])
            }
        }
    }
}
