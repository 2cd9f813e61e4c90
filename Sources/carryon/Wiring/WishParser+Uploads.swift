import TransferCore
import WireProtocols

extension WishParser {
    /// Uploads of local files and folders to a chunk server or into a bucket.
    func uploads(_ sources: [String], to address: String) throws -> Wishes {
        if let source = sources.first(where: Paths.isAddress) {
            throw UsageError(
                "an upload sends local files, and \(Redaction.address(source)) is an address; "
                    + "fetch it first, or name local files only")
        }
        let kind = RemoteKind(address)
        try check(address, kind)
        try checkChunkSize(isPartOfObject: kind == .s3)
        var options = self.options
        options.connections = defaults.uploadConnections
        var wishes = Wishes(direction: .upload)
        var files: [LocalFile] = []
        for source in sources { files += try LocalFile.files(at: source, leftOut: &wishes.leftOut) }
        guard !files.isEmpty else { throw UsageError("there is no file to send in \(sources.joined(separator: ", "))") }
        try checkDigest(count: files.count)
        let isFolder = files.count > 1 || sources.contains(where: Paths.isFolder)
        let destination = isFolder && !address.hasSuffix("/") ? address + "/" : address
        // By bytes: to Swift, two ways to write an é are one string, but to a store they are two keys.
        var taken: [[UInt8]: String] = [:]
        for file in files {
            let target: String
            do throws(TransferError) {
                target = try Self.target(of: file, destination, kind)
            } catch {
                guard file.isInFolder else { throw UsageError("\(file.path): \(error.detail)") }
                wishes.leftOut.append("\(file.path): \(error.detail)")
                continue
            }
            // The remote would refuse the second one, after all of it was sent.
            if let other = taken.updateValue(file.path, forKey: Array(target.utf8)) {
                let place = kind == .s3 ? "in the bucket" : "at the server"
                throw UsageError("\(other) and \(file.path) would get the same name \(place)")
            }
            wishes.transfers.append(
                NewTransfer(direction: .upload, source: file.path, destination: target, options: options))
        }
        try compareDigest(&wishes.transfers)
        return wishes
    }

    private func check(_ address: String, _ kind: RemoteKind) throws {
        switch kind {
        case .http:
            guard Origin(address) != nil else {
                throw UsageError(
                    "\(Redaction.address(address)) is no address that an upload can go to, such as http://HOST:7270/")
            }
            guard !options.overwrite else {
                throw UsageError("--overwrite is for downloads and s3://: a chunk server never replaces a file")
            }
        case .s3:
            do throws(TransferError) {
                _ = try S3Location(address)
            } catch {
                throw UsageError("\(address): \(error.detail)")
            }
        }
    }

    private static func target(
        of file: LocalFile, _ destination: String, _ kind: RemoteKind
    ) throws(TransferError) -> String {
        switch kind {
        case .http: try UploadAddress.destination(argument: destination, fileName: file.name)
        case .s3: try S3Location.destination(argument: destination, fileName: file.name).text
        }
    }

    /// Before anything is sent: an object store keeps no SHA-256 of a file in parts that it could be asked for, nor does
    /// a chunk server in front of one.
    /// The transfer keeps which file that was: its turn may come much later.
    private func compareDigest(_ transfers: inout [NewTransfer]) throws {
        guard let wanted = options.sha256, let source = transfers.first?.source else { return }
        let identity = try FileReading.identity(of: source)
        let found = try lookups.digest(source)
        guard try FileReading.identity(of: source) == identity else {
            throw Failure("\(source) is not sent: it changed while its SHA-256 was compared")
        }
        guard found == wanted else {
            throw Failure("\(source) is not sent: its SHA-256 is \(found), and --sha256 says \(wanted)")
        }
        transfers[0].options.hashedSource = identity
    }
}
