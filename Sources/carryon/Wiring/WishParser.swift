import Foundation
import TransferCore
import WireProtocols

/// Turns `SOURCE... [DESTINATION]` into wishes: exactly one side is addresses.
enum WishParser {
    /// What the arguments come to.
    struct Wishes {
        var transfers: [NewTransfer]
        /// Files in folders that cannot be sent, each with the reason, for people.
        var leftOut: [String] = []
    }

    /// What the command line and the settings say beside the sources.
    struct Defaults {
        /// Where downloads go without a destination; ends in `/`.
        var downloadFolder: String
        /// Requests at the same time for an upload, unless the command line names a number.
        var uploadConnections: Int
    }

    /// - Throws: `UsageError`.
    static func wishes(
        _ arguments: [String], defaults: Defaults, options: TransferOptions
    ) throws -> Wishes {
        if let last = arguments.last, Paths.isAddress(last), arguments.contains(where: { !Paths.isAddress($0) }) {
            return try uploads(Array(arguments.dropLast()), to: last, connections: defaults.uploadConnections, options)
        }
        return Wishes(transfers: try downloads(arguments, defaultFolder: defaults.downloadFolder, options))
    }

    // MARK: Downloads

    private static func downloads(
        _ arguments: [String], defaultFolder: String, _ options: TransferOptions
    ) throws -> [NewTransfer] {
        var sources = arguments
        var destination = defaultFolder
        if let last = arguments.last, arguments.count > 1 {
            sources.removeLast()
            if Paths.isAddress(last) {
                sources.append(last)
            } else {
                destination = Paths.absolute(last)
                if Paths.isFolder(destination), !destination.hasSuffix("/") { destination += "/" }
            }
        }
        if let first = arguments.first, !arguments.contains(where: Paths.isAddress), Paths.exists(first) {
            throw UsageError("an upload of \(first) needs a destination at the end, such as http://HOST:7270/")
        }
        if sources.count > 1, !destination.hasSuffix("/") {
            throw UsageError("several sources need a folder as destination; end it with a slash: \(destination)/")
        }
        try checkDigest(options, count: sources.count)
        return try sources.map { source in
            guard Paths.isAddress(source) else { throw UsageError("\(source) is not an http or https address") }
            guard Origin(source) != nil else {
                throw UsageError("\(Redaction.address(source)) is not an http or https address")
            }
            return NewTransfer(direction: .download, source: source, destination: destination, options: options)
        }
    }

    // MARK: Uploads

    private static func uploads(
        _ sources: [String], to address: String, connections: Int, _ options: TransferOptions
    ) throws -> Wishes {
        if let source = sources.first(where: Paths.isAddress) {
            throw UsageError(
                "an upload sends local files, and \(Redaction.address(source)) is an address; "
                    + "fetch it first, or name local files only")
        }
        guard Origin(address) != nil else {
            throw UsageError(
                "\(Redaction.address(address)) is no address that an upload can go to, such as http://HOST:7270/")
        }
        guard !options.overwrite else {
            throw UsageError("--overwrite is for downloads: a chunk server never replaces a file")
        }
        var options = options
        options.connections = connections
        var wishes = Wishes(transfers: [])
        var files: [LocalFile] = []
        for source in sources { files += try LocalFile.files(at: source, leftOut: &wishes.leftOut) }
        guard !files.isEmpty else { throw UsageError("there is no file to send in \(sources.joined(separator: ", "))") }
        try checkDigest(options, count: files.count)
        let isFolder = files.count > 1 || sources.contains(where: Paths.isFolder)
        let destination = isFolder && !address.hasSuffix("/") ? address + "/" : address
        var sources: [String: String] = [:]
        for file in files {
            let target: String
            do throws(TransferError) {
                target = try UploadAddress.destination(argument: destination, fileName: file.name)
            } catch {
                guard file.isInFolder else { throw UsageError("\(file.path): \(error.detail)") }
                wishes.leftOut.append("\(file.path): \(error.detail)")
                continue
            }
            // The server would refuse the second one, after all of it was sent.
            if let other = sources.updateValue(file.path, forKey: target) {
                throw UsageError("\(other) and \(file.path) would get the same name at the server")
            }
            wishes.transfers.append(
                NewTransfer(direction: .upload, source: file.path, destination: target, options: options))
        }
        return wishes
    }

    private static func checkDigest(_ options: TransferOptions, count: Int) throws {
        if count > 1, options.sha256 != nil {
            throw UsageError("--sha256 belongs to one file, but there are \(count)")
        }
    }
}
