import TransferCore

/// Begins an upload: makes sure that the key is free, and creates a multipart upload if the file needs one.
///
/// Creating is not repeatable, and an upload that nobody knows of costs the owner of the bucket money. So where one may
/// have been created before, it is searched for first; where the store does not let it be found, another one is made.
struct RegistrationFlow: S3UploadFlow {
    private enum Step: Sendable {
        case guarding
        case searching(UploadsListing)
        /// Whether the first of them has parts already; there is one at least.
        case examining([S3Upload])
        case creating
    }

    private let registration: UploadRegistration
    private let location: S3Location
    private var step: Step

    init(_ registration: UploadRegistration, _ location: S3Location, overwrites: Bool) {
        self.registration = registration
        self.location = location
        step = .guarding
        if overwrites { step = stepAfterGuard }
    }

    /// The beginning of an upload in one request, of which the store hears nothing before; `nil` if it takes parts.
    var object: UploadReport.Outcome? {
        registration.size <= registration.chunkSize ? registered(.object) : nil
    }

    func request(usesChecksums: Bool) -> S3Request {
        switch step {
        case .guarding: .head(location, wantsChecksum: false)
        case .searching(let listing): .listUploads(location, after: listing.marker)
        case .examining(let uploads): .listParts(location, uploadID: uploads[0].uploadID, after: nil)
        case .creating: .create(location, usesChecksums: usesChecksums)
        }
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        switch step {
        case .guarding: return try guarded(answer)
        case .searching(var listing):
            if answer.tellsNothing {
                step = .creating
                return .goOn
            }
            guard answer.isSuccess else { return .refused }
            let isWhole = try listing.take(try S3Answers.uploads(answer.body))
            let earliest = registration.begunAt + (memory.clockOffset - S3Limits.clockTolerance)
            step = isWhole ? stepAfterSearch(listing.uploads(since: earliest)[...]) : .searching(listing)
            return .goOn
        case .examining(let uploads): return try examined(uploads, answer)
        case .creating:
            guard answer.isSuccess else { return .refused }
            let id = try S3Answers.uploadID(answer.body)
            return .done(registered(.multipart(uploadID: id, usesChecksums: answer.usedChecksums)))
        }
    }

    private mutating func guarded(_ answer: S3UploadAnswer) throws(TransferError) -> S3UploadVerdict {
        switch answer.head.status {
        case 200: throw answer.head["ETag"] == nil ? S3Refusal.noStore : S3Refusal.nameTaken
        case 404: break
        // Who may write need not be allowed to look. In the end the file is put in its place on a condition anyway.
        case 403 where answer.forbidsLooking: break
        default: return .refused
        }
        if let object { return .done(object) }
        step = stepAfterGuard
        return .goOn
    }

    /// An upload without parts that was begun for this key at that time is taken for ours. One that was created with
    /// another algorithm than ours cannot be.
    private mutating func examined(
        _ uploads: [S3Upload], _ answer: S3UploadAnswer
    ) throws(TransferError) -> S3UploadVerdict {
        if answer.isSuccess {
            let page = try S3Answers.parts(answer.body)
            if page.parts.isEmpty, page.algorithm == nil || page.algorithm == .sha256 {
                let kind = S3UploadAddress.Kind.multipart(
                    uploadID: uploads[0].uploadID, usesChecksums: answer.usedChecksums)
                return .done(registered(kind))
            }
        } else if !answer.saysNoSuchUpload, !answer.tellsNothing {
            return .refused
        }
        step = stepAfterSearch(uploads.dropFirst())
        return .goOn
    }

    private var stepAfterGuard: Step {
        registration.isRepeated ? .searching(UploadsListing(location)) : .creating
    }

    private func stepAfterSearch(_ uploads: ArraySlice<S3Upload>) -> Step {
        uploads.isEmpty ? .creating : .examining(Array(uploads))
    }

    private func registered(_ kind: S3UploadAddress.Kind) -> UploadReport.Outcome {
        .registered(
            address: S3UploadAddress(location, kind).text,
            UploadStatus(
                size: registration.size, chunkSize: registration.chunkSize, received: [], state: .inProgress))
    }
}
