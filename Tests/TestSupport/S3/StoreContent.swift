import Foundation

/// What is in the one bucket of a ``ScriptedStore``.
public struct StoreContent: Sendable {
    /// Bytes under a number or a key, and what the store says of them.
    public struct Piece: Sendable {
        public var bytes: [UInt8]
        /// With its quotes.
        public var entityTag: String
        /// In base64, of parts with their number behind it; `nil` if the client has declared none.
        public var sha256: String?

        /// Of one piece.
        init(_ bytes: [UInt8], hasChecksum: Bool) {
            self.bytes = bytes
            entityTag = "\"\(StoreContent.hex(MD5.hash(bytes)))\""
            sha256 = hasChecksum ? Data(SHA256.hash(bytes)).base64EncodedString() : nil
        }

        /// Of parts in order.
        init(_ parts: [Piece]) {
            bytes = parts.reduce(into: []) { $0 += $1.bytes }
            let tags = parts.flatMap { StoreContent.bytes(hex: $0.entityTag.dropFirst().dropLast()) }
            entityTag = "\"\(StoreContent.hex(MD5.hash(tags)))-\(parts.count)\""
            let sums = parts.compactMap { $0.sha256.flatMap { Data(base64Encoded: $0) } }
            let sum = Data(SHA256.hash(Array(sums.joined()))).base64EncodedString()
            sha256 = sums.count == parts.count ? "\(sum)-\(parts.count)" : nil
        }
    }

    public struct Upload: Sendable {
        public let key: String
        public let hasChecksums: Bool
        /// In seconds since 1970.
        public let initiated: Int
        public var parts: [Int: Piece] = [:]
    }

    public private(set) var objects: [String: Piece] = [:]
    /// Unfinished ones, by id.
    public private(set) var uploads: [String: Upload] = [:]
    /// How many were ever begun.
    public private(set) var uploadsBegun = 0

    init() {}

    // MARK: What others do

    /// Puts an object of somebody else in its place.
    public mutating func put(_ bytes: [UInt8], as key: String) {
        objects[key] = Piece(bytes, hasChecksum: false)
    }

    public mutating func remove(_ key: String) {
        objects[key] = nil
    }

    /// Begins an upload, whose id is `upload-N`.
    @discardableResult
    public mutating func begin(_ key: String, hasChecksums: Bool, initiated: Int = time(nil)) -> String {
        uploadsBegun += 1
        let id = "upload-\(uploadsBegun)"
        uploads[id] = Upload(key: key, hasChecksums: hasChecksums, initiated: initiated)
        return id
    }

    /// Puts a part in its place.
    @discardableResult
    public mutating func put(_ bytes: [UInt8], asPart number: Int, of id: String) -> Piece? {
        guard let upload = uploads[id] else { return nil }
        let piece = Piece(bytes, hasChecksum: upload.hasChecksums)
        uploads[id]?.parts[number] = piece
        return piece
    }

    public mutating func dropUploads() {
        uploads = [:]
    }

    // MARK: What clients ask for

    mutating func answer(_ request: StoreRequest, _ rules: StoreRules) -> StoreReply {
        switch request.operation {
        case .head, .get: read(request)
        case .put: put(request)
        case .create: create(request)
        case .listUploads: list(prefix: request.query["prefix"] ?? "")
        case .part, .listParts, .complete, .abort: answer(request, of: request.query["uploadId"] ?? "", rules)
        }
    }

    private mutating func answer(_ request: StoreRequest, of id: String, _ rules: StoreRules) -> StoreReply {
        guard let upload = uploads[id], upload.key == request.key else { return .refusal(404, "NoSuchUpload") }
        switch request.operation {
        case .part:
            let body = request.recorded.body
            if let flaw = flaw(of: request) { return flaw }
            guard let piece = put(body, asPart: request.partNumber ?? 0, of: id) else {
                return .refusal(404, "NoSuchUpload")
            }
            return stored(piece)
        case .listParts: return list(id, upload, after: request.query["part-number-marker"], rules)
        case .complete:
            let reply = complete(id, upload, request, rules)
            if reply.status == 200 { uploads[id] = nil }
            return reply
        default:
            uploads[id] = nil
            return StoreReply(204)
        }
    }

    /// Why the bytes that came are not kept.
    private func flaw(of request: StoreRequest) -> StoreReply? {
        let (body, recorded) = (request.recorded.body, request.recorded)
        guard Int64(body.count) == recorded.bodyLength else { return .refusal(400, "IncompleteBody") }
        let digest = SHA256.hash(body)
        guard recorded["x-amz-content-sha256"] == Self.hex(digest) else {
            return .refusal(400, "XAmzContentSHA256Mismatch")
        }
        if let told = recorded["x-amz-checksum-sha256"], told != Data(digest).base64EncodedString() {
            return .refusal(400, "BadDigest")
        }
        return nil
    }

    private func stored(_ piece: Piece) -> StoreReply {
        StoreReply(
            200,
            [.init("ETag", piece.entityTag)] + (piece.sha256.map { [.init("x-amz-checksum-sha256", $0)] } ?? []))
    }

    private mutating func put(_ request: StoreRequest) -> StoreReply {
        if request.isConditional, objects[request.key] != nil { return .refusal(412, "PreconditionFailed") }
        if let flaw = flaw(of: request) { return flaw }
        let piece = Piece(request.recorded.body, hasChecksum: request.declaresChecksums)
        objects[request.key] = piece
        return stored(piece)
    }

    private func read(_ request: StoreRequest) -> StoreReply {
        guard let object = objects[request.key] else { return .refusal(404, "NoSuchKey") }
        var reply = StoreReply(200, [.init("ETag", object.entityTag)], object.bytes)
        if let range = RangeField(request.recorded.range)?.resolve(Int64(object.bytes.count)) {
            let (first, last) = (range.lowerBound, range.upperBound - 1)
            reply.status = 206
            reply.fields.append(.init("Content-Range", "bytes \(first)-\(last)/\(object.bytes.count)"))
            reply.body = Array(object.bytes[Int(first)...Int(last)])
        }
        if let sha256 = object.sha256, request.recorded["x-amz-checksum-mode"] == "ENABLED" {
            reply.fields += [
                .init("x-amz-checksum-sha256", sha256),
                .init("x-amz-checksum-type", sha256.contains("-") ? "COMPOSITE" : "FULL_OBJECT"),
            ]
        }
        return reply
    }

    private mutating func create(_ request: StoreRequest) -> StoreReply {
        let id = begin(request.key, hasChecksums: request.recorded["x-amz-checksum-algorithm"] == "SHA256")
        return StoreReply(
            "InitiateMultipartUploadResult",
            "<Bucket>\(request.bucket)</Bucket><Key>\(StoreReply.escaped(request.key))</Key><UploadId>\(id)</UploadId>")
    }

    // MARK: Completion

    private mutating func complete(
        _ id: String, _ upload: Upload, _ request: StoreRequest, _ rules: StoreRules
    ) -> StoreReply {
        if request.isConditional, objects[upload.key] != nil { return .refusal(412, "PreconditionFailed") }
        let xml = String(decoding: request.recorded.body, as: UTF8.self)
        let named = StoreReply.elements("Part", in: xml)
        let numbers = named.compactMap { StoreReply.elements("PartNumber", in: $0).first.flatMap { Int($0) } }
        guard !named.isEmpty, numbers.count == named.count else { return .refusal(400, "MalformedXML") }
        guard zip(numbers, numbers.dropFirst()).allSatisfy(<) else { return .refusal(400, "InvalidPartOrder") }
        var pieces: [Piece] = []
        for (number, part) in zip(numbers, named) {
            let tag = StoreReply.elements("ETag", in: part).first.map(StoreReply.unescaped)
            guard let piece = upload.parts[number], tag == piece.entityTag else { return .refusal(400, "InvalidPart") }
            // Once an algorithm was declared, all values are wanted again.
            guard StoreReply.elements("ChecksumSHA256", in: part).first == piece.sha256 else {
                return .refusal(400, upload.hasChecksums ? "InvalidRequest" : "InvalidPart")
            }
            pieces.append(piece)
        }
        guard pieces.dropLast().allSatisfy({ $0.bytes.count >= rules.smallestPart }) else {
            return .refusal(400, "EntityTooSmall")
        }
        let object = Piece(pieces)
        if let size = request.recorded["x-amz-mp-object-size"], size != String(object.bytes.count) {
            return .refusal(400, "InvalidRequest", "Mismatch of the object's size")
        }
        objects[upload.key] = object
        let checksum = object.sha256.map {
            "<ChecksumSHA256>\($0)</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>"
        }
        return StoreReply(
            "CompleteMultipartUploadResult",
            "<Key>\(StoreReply.escaped(upload.key))</Key><ETag>\(StoreReply.escaped(object.entityTag))</ETag>"
                + (checksum ?? ""))
    }

    private static func bytes(hex: some StringProtocol) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }
}
