import TransferCore

/// Looks up how an object store is reached: endpoint, region and credentials, as AWS users set them.
public protocol S3AccessSource: Sendable {
    /// Blocks: it may read files and run a program.
    ///
    /// - Parameters:
    ///   - options: What the transfer names; the rest comes from the surroundings.
    ///   - reload: Whether credentials that are still in memory are of no use any more.
    /// - Throws: ``TransferError/Code/unauthorized`` with a sentence that says what was looked for where.
    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access
}
