import GRDB
import TransferCore

/// The columns of the table `transfers`, in the order in which they are read.
enum TransferColumn: Int, CaseIterable {
    case id, direction, source, destination, options, createdAt
    case state, finishedAt, errorCode, errorDetail, explanation, retries
    case size, entityTag, entityTagIsWeak, lastModified, lastModifiedIsStrong
    case contentEncoding, address, isResumable, digest, chunkSize
    case finalPath, partDevice, partInode, partBorn, bytesDone, chunksDone, sha256
    case uploadKey, uploadAddress, sourceDevice, sourceInode, sourceSize, sourceModified, uploadChunkSize
    case uploadBegunAt, objectChecksum, abandonedUploads

    /// What a new transfer brings along; the other columns have defaults.
    static let wish: [TransferColumn] = [.direction, .source, .destination, .options, .createdAt, .state]

    /// All but the counters, which only go with chunks; the id is last, for the condition.
    static let record = allCases.filter { ![.id, .bytesDone, .chunksDone].contains($0) } + [.id]

    static let selectAll = "SELECT \(names(allCases)) FROM transfers ORDER BY id"

    static let insertWish = """
        INSERT INTO transfers (\(names(wish))) VALUES (\(wish.map { _ in "?" }.joined(separator: ", ")))
        """

    static let updateRecord = """
        UPDATE transfers SET \(record.dropLast().map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?
        """

    private static func names(_ columns: [TransferColumn]) -> String {
        columns.map { "\($0)" }.joined(separator: ", ")
    }
}

extension TransferRecord {
    /// The values for some columns, in their order.
    func arguments(_ columns: [TransferColumn], _ coder: inout OptionsCoder) throws -> StatementArguments {
        var values: [(any DatabaseValueConvertible)?] = []
        values.reserveCapacity(columns.count)
        for column in columns { values.append(try value(of: column, &coder)) }
        return StatementArguments(values)
    }

    private func value(of column: TransferColumn, _ coder: inout OptionsCoder) throws -> (any DatabaseValueConvertible)?
    {
        switch column {
        case .id: id.rawValue
        case .direction: direction.rawValue
        case .source: source
        case .destination: destination
        case .options: try coder.encode(options)
        case .createdAt: createdAt.milliseconds
        case .state: state.rawValue
        case .finishedAt: finishedAt?.milliseconds
        case .errorCode: error?.code.rawValue
        case .errorDetail: error?.detail.description
        case .explanation: explanation
        case .retries: retries
        case .size: version?.size
        case .entityTag: version?.validator.entityTag?.opaque
        case .entityTagIsWeak: version?.validator.entityTag?.isWeak
        case .lastModified: version?.validator.lastModified
        case .lastModifiedIsStrong: version?.validator.lastModifiedIsStrong
        case .contentEncoding: version?.contentEncoding
        case .address: version.map { addressToKeep($0.address) }
        case .isResumable: version?.isResumable
        case .digest: version?.digest
        case .chunkSize: version?.chunkSize
        case .finalPath: finalPath
        case .partDevice: part.map { Int64(bitPattern: $0.device) }
        case .partInode: part.map { Int64(bitPattern: $0.inode) }
        case .partBorn: part?.born
        case .bytesDone: bytesDone
        case .chunksDone: chunksDone
        case .sha256: sha256
        case .uploadKey: upload?.key
        case .uploadAddress: upload?.address
        case .sourceDevice: upload.map { Int64(bitPattern: $0.source.device) }
        case .sourceInode: upload.map { Int64(bitPattern: $0.source.inode) }
        case .sourceSize: upload?.source.size
        case .sourceModified: upload?.source.modified
        case .uploadChunkSize: upload?.chunkSize
        case .uploadBegunAt: upload?.begunAt.milliseconds
        case .objectChecksum: version?.checksum?.text
        case .abandonedUploads: try AddressList.text(of: abandoned)
        }
    }

    /// What a server has led to may be signed for whoever holds it. Such an address does not last anyway; the next run
    /// asks the one that was given.
    private func addressToKeep(_ address: String) -> String {
        Redaction.address(address) == address ? address : source
    }

    /// Reads a row of ``TransferColumn/selectAll``.
    init(_ row: StoredRow, _ coder: inout OptionsCoder) throws {
        func at(_ column: TransferColumn) -> Int { column.rawValue }

        let wish = NewTransfer(
            direction: try row.named(at(.direction)), source: try row.text(at(.source)),
            destination: try row.text(at(.destination)), options: try coder.decode(row.optionalText(at(.options))))
        self.init(
            id: TransferID(try row.integer(at(.id))), wish: wish,
            createdAt: WallTime(milliseconds: try row.integer(at(.createdAt))))
        state = try row.named(at(.state))
        finishedAt = try row.optionalInteger(at(.finishedAt)).map(WallTime.init(milliseconds:))
        error = try row.error(code: at(.errorCode), detail: at(.errorDetail))
        explanation = try row.optionalText(at(.explanation))
        retries = Int(try row.count(at(.retries)))
        version = try RemoteVersion(row)
        upload = try UploadBookmark(row)
        if let text = try row.optionalText(at(.abandonedUploads)) {
            guard let addresses = AddressList.addresses(in: text) else { throw row.damage(at(.abandonedUploads)) }
            abandoned = addresses
        }
        finalPath = try row.optionalText(at(.finalPath))
        if let device = try row.optionalInteger(at(.partDevice)) {
            part = FileIdentity(
                device: UInt64(bitPattern: device), inode: UInt64(bitPattern: try row.integer(at(.partInode))),
                born: try row.integer(at(.partBorn)))
        }
        bytesDone = try row.count(at(.bytesDone))
        chunksDone = Int(try row.count(at(.chunksDone)))
        sha256 = try row.optionalText(at(.sha256))
    }
}

extension RemoteVersion {
    /// Reads the version columns of a row of ``TransferColumn/selectAll``; `nil` if the remote is still unknown.
    fileprivate init?(_ row: StoredRow) throws {
        func at(_ column: TransferColumn) -> Int { column.rawValue }

        guard let chunkSize = try row.optionalInteger(at(.chunkSize)) else { return nil }
        // The plan divides by it.
        guard chunkSize > 0 else { throw row.damage(at(.chunkSize)) }
        var validator = Validator(
            lastModified: try row.optionalText(at(.lastModified)),
            lastModifiedIsStrong: try row.flag(at(.lastModifiedIsStrong)))
        if let opaque = try row.optionalText(at(.entityTag)) {
            validator.entityTag = EntityTag(opaque: opaque, isWeak: try row.flag(at(.entityTagIsWeak)))
        }
        self.init(
            size: try row.optionalInteger(at(.size)) == nil ? nil : row.count(at(.size)), validator: validator,
            contentEncoding: try row.optionalText(at(.contentEncoding)), address: try row.text(at(.address)),
            isResumable: try row.flag(at(.isResumable)), digest: try row.optionalText(at(.digest)),
            checksum: try Self.checksum(row), chunkSize: chunkSize)
    }
}

extension RemoteVersion {
    private static func checksum(_ row: StoredRow) throws -> ObjectChecksum? {
        let column = TransferColumn.objectChecksum.rawValue
        guard let text = try row.optionalText(column) else { return nil }
        guard let checksum = ObjectChecksum(text: text) else { throw row.damage(column) }
        return checksum
    }
}

extension UploadBookmark {
    /// What is empty together with ``TransferColumn/uploadKey``.
    private static let others: [TransferColumn] = [
        .uploadAddress, .sourceDevice, .sourceInode, .sourceSize, .sourceModified, .uploadChunkSize,
        .uploadBegunAt,
    ]

    /// Reads the upload columns of a row of ``TransferColumn/selectAll``; `nil` if no upload was begun.
    fileprivate init?(_ row: StoredRow) throws {
        func at(_ column: TransferColumn) -> Int { column.rawValue }

        guard let key = try row.optionalText(at(.uploadKey)) else {
            // Without its key the upload would be registered a second time.
            for column in Self.others where !row.isEmpty(at(column)) { throw row.damage(at(.uploadKey)) }
            return nil
        }
        let size = try row.count(at(.sourceSize))
        guard size <= ChunkPlan.maximumSize else { throw row.damage(at(.sourceSize)) }
        let chunkSize = try row.integer(at(.uploadChunkSize))
        // The plan divides by it, and a table is made of so many chunks.
        guard chunkSize > 0, chunkSize <= ChunkPlan.maximumSize, size / chunkSize <= 1 << 20 else {
            throw row.damage(at(.uploadChunkSize))
        }
        self.init(
            key: key, address: try row.optionalText(at(.uploadAddress)),
            source: SourceIdentity(
                device: UInt64(bitPattern: try row.integer(at(.sourceDevice))),
                inode: UInt64(bitPattern: try row.integer(at(.sourceInode))),
                size: size, modified: try row.integer(at(.sourceModified))),
            chunkSize: chunkSize,
            // Before version 3 nobody asked.
            begunAt: WallTime(
                milliseconds: try row.optionalInteger(at(.uploadBegunAt)) ?? row.integer(at(.createdAt))))
    }
}
