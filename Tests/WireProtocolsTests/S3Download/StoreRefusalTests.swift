import TransferCore
import Testing
import WireProtocols

/// What becomes of refusals: each remedy is tried once, and what stays is told in words.
@Suite struct StoreRefusalTests {
    /// A conversation whose next answer is that to the ranged request.
    private func fetching() throws -> StoreDownload {
        var download = try StoreDownload()
        _ = download.next()
        _ = download.answer(200, StoreDownload.object().1)
        return download
    }

    @Test(arguments: [403, 404, 400, 301])
    func theReasonOfARefusedQuestionIsFoundOutWithTheBytes(_ status: Int) throws {
        var download = try StoreDownload()
        _ = download.next()
        let step = download.answer(status)
        #expect(step.request?.method == "GET")
        #expect(step.request?["If-Match"] == nil)
        // Should the store let us read all the same, so be it.
        let verdict = download.judge(206, [("Content-Range", "bytes 0-999/2500"), ("ETag", StoreDownload.tag)])
        #expect(verdict.range == ByteRange(0, 1000))
    }

    @Test(arguments: [(503, TransferError.Code.serverBusy), (429, .serverBusy), (500, .serverError)])
    func aStoreInTroubleIsLeftAlone(_ status: Int, _ code: TransferError.Code) throws {
        var download = try StoreDownload()
        _ = download.next()
        guard case .done(.rejected(let error, let wait, _)) = download.answer(status, [("Retry-After", "7")]) else {
            Issue.record("not rejected")
            return
        }
        #expect(error.code == code)
        #expect(wait == .seconds(7))
    }

    @Test func slowDownIsAWaitToo() throws {
        var download = try fetching()
        let step = download.refuse(503, [("Retry-After", "3")], code: "SlowDown")
        guard case .done(.rejected(let error, let wait, _)) = step else {
            Issue.record("not rejected")
            return
        }
        #expect(error.code == .serverBusy)
        #expect(wait == .seconds(3))
    }

    @Test func whatIsMissingIsNamed() throws {
        var download = try fetching()
        let error = try #require(download.refuse(404, code: "NoSuchKey").error)
        #expect(error.code == .notFound)
        #expect(error.detail.description == "there is no object 2026/a b?c.bin in photos")
        let bucket = try #require(download.refuse(404, code: "NoSuchBucket").error)
        #expect(bucket.detail.description == "there is no bucket photos")
    }

    @Test(arguments: [
        (403, "AccessDenied", TransferError.Code.forbidden), (403, "InvalidObjectState", .forbidden),
        (403, "SignatureDoesNotMatch", .unauthorized), (403, "InvalidAccessKeyId", .unauthorized),
        (412, "PreconditionFailed", .remoteChanged), (500, "InternalError", .serverError),
    ])
    func refusalsAreTold(_ status: Int, _ word: String, _ code: TransferError.Code) throws {
        var download = try fetching()
        let error = try #require(download.refuse(status, code: word).error)
        #expect(error.code == code)
        #expect(error.detail.description.contains(word))
    }

    @Test func anAnswerThatOnlyLooksRightKeepsItsOwnVerdict() throws {
        var download = try fetching()
        let step = download.refuse(206, [("ETag", StoreDownload.tag)])
        #expect(step.error?.code == .badResponse)
        #expect(download.refuse(416, [("Content-Range", "bytes */10")]).error?.code == .rangeNotSatisfiable)
    }

    // MARK: Remedies

    @Test func expiredCredentialsAreReadAgainOnce() throws {
        var download = try fetching()
        #expect(download.refuse(400, code: "ExpiredToken") == .needsAccess(isReload: true))
        download.memory.access = try StoreDownload.access("AKIASECOND")
        let step = download.next()
        // What is known of the object stays known.
        #expect(step.request?.method == "GET")
        #expect(step.request?["Authorization"]?.contains("AKIASECOND") == true)
        #expect(download.refuse(400, code: "ExpiredToken").error?.code == .unauthorized)
    }

    @Test func credentialsThatAnotherRequestHasReadAreTried() throws {
        var download = try fetching()
        download.memory.access = try StoreDownload.access("AKIASECOND")
        let step = download.refuse(400, code: "ExpiredToken")
        #expect(step.request?["Authorization"]?.contains("AKIASECOND") == true)
    }

    @Test func theClockIsCorrectedOnce() throws {
        var download = try fetching()
        let date = [("Date", "Sun, 06 Nov 1994 09:49:37 GMT")]
        let step = download.refuse(403, date, code: "RequestTimeTooSkewed")
        #expect(step.request?["X-Amz-Date"] == "19941106T094937Z")
        #expect(download.memory.clockOffset == .seconds(3600))
        #expect(download.refuse(403, date, code: "RequestTimeTooSkewed").error?.code == .unauthorized)
    }

    @Test func theRegionIsLearntOnce() throws {
        var download = try fetching()
        let field = [("x-amz-bucket-region", "eu-west-1")]
        let step = download.refuse(301, field, code: "PermanentRedirect")
        #expect(step.request?["Authorization"]?.contains("/eu-west-1/s3/") == true)
        #expect(download.memory.region == "eu-west-1")
        let again = download.refuse(301, [("x-amz-bucket-region", "eu-west-2")], code: "PermanentRedirect")
        #expect(again.error?.code == .redirectRefused)
        #expect(download.memory.region == "eu-west-1")
    }

    @Test func aQuestionThatWasRefusedIsAskedAgainAfterTheRemedy() throws {
        var download = try StoreDownload()
        _ = download.next()
        #expect(download.answer(400).request?.method == "GET")
        let step = download.refuse(
            400, code: "AuthorizationHeaderMalformed", more: "<Region>eu-west-1</Region>")
        #expect(step.isQuestion)
        #expect(step.request?["Authorization"]?.contains("/eu-west-1/s3/") == true)
        let facts = download.answer(200, StoreDownload.object().1)
        #expect(facts.request?["If-Match"] == StoreDownload.tag)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectIsNeverFollowed(_ status: Int) throws {
        var download = try fetching()
        let step = download.refuse(status, [("Location", "http://elsewhere.example/")])
        #expect(step.request == nil)
        #expect(step.error != nil)
        guard case .rejected = download.judge(status, [("Location", "http://elsewhere.example/")]) else {
            Issue.record("followed")
            return
        }
    }
}
