import ArgumentParser
import Glibc
import TransferCore
import TransferEngine
import WireProtocols

/// `carryon orphans`.
struct OrphansCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orphans",
        abstract: "List uploads to a bucket that nobody finished, and abort or continue the ones you name.",
        discussion: """
            A store keeps the parts of an unfinished upload, and its owner pays for them, until somebody completes or \
            aborts it. Each line has its age, what is there, where it goes, and its id; those that a transfer of this \
            queue goes on with say so, and are neither aborted nor adopted here. What others are sending at this moment, \
            such as the clients of a `carryon serve --s3`, is not known here: look at the age.

              carryon orphans s3://bucket/backups/
              carryon orphans s3://bucket/backups/ --abort ID
              carryon orphans s3://bucket/backups/ --adopt ID big.iso

            Some stores, MinIO among them, list unfinished uploads only for the whole key of the object: \
            s3://bucket/backups/big.iso.
            """)

    @OptionGroup var state: StateOption
    @OptionGroup var store: StoreOptionGroup
    @OptionGroup var connection: ConnectionOptionGroup

    @Argument(help: ArgumentHelp("Where to look.", valueName: "s3://bucket[/prefix]"))
    var address: String

    @Flag(help: "Print one JSON array of objects.")
    var json = false

    @Option(
        name: .customLong("older-than"),
        help: ArgumentHelp("List only those that began so many days ago or earlier.", valueName: "days"))
    var leastDays: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Abort these uploads, and no others: their parts are deleted at the store.", valueName: "id")
    )
    var abort: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Continue an upload with a local file: parts that are the same there are kept, and a transfer that sends the "
                + "rest is put into the queue.", valueName: "id file"))
    var adopt: [String] = []

    func run() throws {
        try reporting {
            let signals = Signals()
            let location = try location()
            try checkOptions()
            let access = AWSAccess()
            let options = try store.resolved(access)
            let connection = try connection.connection()
            let client = try BucketClient(
                bucket: location.bucket, access: access, options: options, connection: connection)
            // Taken until the end, so that no transfer begins with what is being looked at.
            let workplace = try Workplace(state: state.folder)
            let orphans = Orphans(location: location, client: client, workplace: workplace, signals: signals)
            if !abort.isEmpty { return try orphans.abort(abort) }
            if !adopt.isEmpty {
                var transfer = TransferOptions()
                transfer.connections = try Settings.load().uploadConnections
                transfer.store = options
                transfer.certificateAuthorities = connection.certificateAuthorities
                transfer.insecure = connection.acceptsAnyCertificate
                return try orphans.adopt(adopt[0], Paths.absolute(adopt[1]), transfer)
            }
            try orphans.list(leastDays: leastDays, json: json)
        }
    }

    private func location() throws -> S3Location {
        do throws(TransferError) {
            return try S3Location(address)
        } catch {
            throw UsageError("\(address): \(error.detail)")
        }
    }

    private func checkOptions() throws {
        if let leastDays, !(0...36_500).contains(leastDays) { throw UsageError("--older-than takes 0 to 36500 days") }
        if !abort.isEmpty, !adopt.isEmpty { throw UsageError("--abort and --adopt are two commands") }
        if !adopt.isEmpty {
            guard adopt.count == 2 else { throw UsageError("--adopt takes the id of an upload and a file") }
            try LocalFile.checkThatItIsAFile(adopt[1])
        }
        if !abort.isEmpty || !adopt.isEmpty, json || leastDays != nil {
            throw UsageError(
                "--json and --older-than are for the list: --abort and --adopt take the uploads that they name")
        }
    }
}

/// What is done about unfinished uploads.
private struct Orphans {
    let location: S3Location
    let client: BucketClient
    let workplace: Workplace
    let signals: Signals

    // MARK: The list

    func list(leastDays: Int?, json: Bool) throws {
        let now = SystemClock().wallTime()
        let limit = leastDays.map { now + .seconds(-86_400 * Int64($0)) }
        let (location, client) = (self.location, self.client)
        let list = try Background.wait(signals) {
            try await OrphanList(location, at: client, startedBefore: limit)
        }
        let owners = OrphanOwners(try workplace.store.loadQueue())
        let listed = list.entries.map { entry in
            ListedOrphan(
                entry.upload, in: location.bucket, entry.amount,
                owner: owners.owner(of: entry.upload, in: location.bucket))
        }
        if json { return try JSONOutput.print(listed) }
        let rows = zip(list.entries, listed).map { entry, orphan in
            ListedOrphan.row(
                orphan, age: entry.upload.initiated.map { .milliseconds(now.milliseconds - $0.milliseconds) })
        }
        for line in Columns.lines(rows, right: [0, 1, 2]) { print(line) }
        if listed.isEmpty {
            Diagnostics.say("There is no unfinished upload below \(SafeText(location.text)).")
        } else if isatty(STDERR_FILENO) == 1 {
            Diagnostics.say("`--abort ID` deletes what is there of one, `--adopt ID FILE` continues it.")
        }
    }

    // MARK: Named ones

    func abort(_ ids: [String]) throws {
        let uploads = try named(ids)
        var hasFailed = false
        for upload in uploads {
            let place = SafeText("s3://\(client.bucket)/\(upload.key) (\(upload.uploadID))")
            do {
                let (location, client) = (self.location, self.client)
                try Background.wait(signals) { try await client.abort(upload, listedBelow: location.key) }
                print("aborted \(place)")
            } catch let error as TransferError {
                Diagnostics.say("carryon: \(place): \(error.sentence)")
                hasFailed = true
            }
        }
        if hasFailed { throw Exit.failed }
    }

    func adopt(_ id: String, _ path: String, _ options: TransferOptions) throws {
        let upload = try named([id])[0]
        let client = self.client
        let (parts, isTaken) = try Background.wait(signals) {
            (try await client.parts(of: upload), try await client.showsObject(upload.key))
        }
        guard !isTaken else {
            throw Failure(
                "there is an object s3://\(client.bucket)/\(upload.key) already, which the upload would not replace: "
                    + "remove it first, or abort the upload")
        }
        Diagnostics.say(
            "carryon: comparing \(parts.count) part\(parts.count == 1 ? "" : "s") with \(SafeText(path))")
        let adoption = try Background.wait(signals, forBlocking: { try Adoption(parts, file: path) })
        let id = try workplace.adopt(adoption, of: upload, in: client.bucket, parts, file: path, options)
        for chunk in adoption.differing {
            Diagnostics.say("carryon: part \(chunk + 1) differs: it will be sent again")
        }
        Diagnostics.say(
            "carryon: \(adoption.receipts.count) of \(adoption.plan.count) parts are kept; `carryon run` sends the rest"
        )
        print(id)
    }

    /// The uploads of these ids, all of which may be touched.
    private func named(_ ids: [String]) throws -> [S3Upload] {
        let (location, client) = (self.location, self.client)
        let uploads = try Background.wait(signals) { try await client.uploads(below: location.key) }
        let owners = OrphanOwners(try workplace.store.loadQueue())
        return try ids.map { id in
            guard let upload = uploads.first(where: { $0.uploadID == id }) else {
                throw UsageError("there is no unfinished upload \(id) below \(location.text)")
            }
            if let owner = owners.owner(of: upload, in: client.bucket) {
                throw UsageError(
                    "the upload \(id) is in the hands of transfer \(owner): `carryon remove \(owner)` aborts it")
            }
            return upload
        }
    }
}
