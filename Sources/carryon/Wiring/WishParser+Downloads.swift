import TransferCore
import WireProtocols

extension WishParser {
    /// Downloads of files, objects, and all objects below prefixes.
    func downloads(_ arguments: [String]) throws -> Wishes {
        var sources = arguments
        var destination = defaults.downloadFolder
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
            throw UsageError(
                "an upload of \(first) needs a destination at the end, such as http://HOST:7270/ or s3://BUCKET/")
        }
        try checkThatOneSideIsHere(arguments)
        if sources.count > 1, !destination.hasSuffix("/") {
            throw UsageError("several sources need a folder as destination; end it with a slash: \(destination)/")
        }
        try checkChunkSize(isPartOfObject: false)
        try checkDigest(count: sources.count)
        // All of them, before the first store is asked.
        let parsed = try sources.map(Source.init)
        var wishes = Wishes(direction: .download)
        for source in parsed {
            switch source {
            case .file(let address):
                wishes.transfers.append(
                    NewTransfer(direction: .download, source: address, destination: destination, options: options))
            case .prefix(let location):
                try add(location, to: destination.hasSuffix("/") ? destination : destination + "/", &wishes)
            }
        }
        try checkDigest(count: wishes.transfers.count)
        return wishes
    }

    /// A prefix at the end, with objects before it, is where others copy them to; likewise the second of two objects.
    private func checkThatOneSideIsHere(_ arguments: [String]) throws {
        guard arguments.count > 1, let last = arguments.last, arguments.allSatisfy({ RemoteKind($0) == .s3 }),
            arguments.count == 2 || (try? S3Location(last))?.isPrefix == true
        else { return }
        throw UsageError(
            "one side of a transfer is on this machine: to fetch all of these, put a local folder at the end")
    }

    private enum Source {
        /// Of a file or one object.
        case file(String)
        case prefix(S3Location)

        /// - Throws: `UsageError`.
        init(_ text: String) throws {
            guard Paths.isAddress(text) else { throw UsageError("\(text) is not an http, https or s3 address") }
            guard RemoteKind(text) == .s3 else {
                guard Origin(text) != nil else {
                    throw UsageError("\(Redaction.address(text)) is not an http, https or s3 address")
                }
                self = .file(text)
                return
            }
            do throws(TransferError) {
                let location = try S3Location(text)
                self = location.isPrefix ? .prefix(location) : .file(text)
            } catch {
                throw UsageError("\(text): \(error.detail)")
            }
        }
    }

    // MARK: Prefixes

    /// Adds a download for each object below a prefix.
    private func add(_ location: S3Location, to folder: String, _ wishes: inout Wishes) throws {
        guard Paths.isFolder(folder) || !Paths.exists(String(folder.dropLast())) else {
            throw UsageError("\(folder.dropLast()) is a file, and what is below \(location.text) needs a folder")
        }
        let tree = ObjectTree(try lookups.objects(location), below: location, in: folder)
        guard !tree.files.isEmpty || !tree.leftOut.isEmpty else { throw nothing(below: location) }
        var taken = Set(wishes.transfers.map { Array($0.destination.utf8) })
        wishes.leftOut += try tree.leftOut.map { key, reason in "\(try address(key, in: location)): \(reason)" }
        for (key, path) in tree.files {
            let source = try address(key, in: location)
            guard taken.insert(Array(path.utf8)).inserted else {
                wishes.leftOut.append("\(source): something else of this command goes to \(path)")
                continue
            }
            wishes.transfers.append(
                NewTransfer(direction: .download, source: source, destination: path, options: options))
        }
        wishes.folders += tree.folders
    }

    private func address(_ key: String, in location: S3Location) throws -> String {
        try S3Location(bucket: location.bucket, key: key).text
    }

    private func nothing(below location: S3Location) -> Failure {
        let sentence = "there is no object below \(location.text)"
        guard !location.key.isEmpty,
            let object = try? S3Location(bucket: location.bucket, key: String(location.key.dropLast())),
            (try? lookups.hasObject(object)) == true
        else { return Failure(sentence) }
        return Failure("\(sentence), but there is an object \(object.text): leave out the slash")
    }
}
