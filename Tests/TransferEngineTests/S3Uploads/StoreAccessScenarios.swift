import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Credentials, clocks, regions and rights.
@Suite(.timeLimit(.minutes(5))) struct StoreAccessScenarios {
    @Test func expiredCredentialsAreReadAgain() async throws {
        var rules = StoreRules()
        rules.expiredKeys = ["KEY0"]
        let bench = try StoreUploadBench(rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        // A refusal of HEAD has no words, so that another request asks for them.
        #expect(bench.store.log == ["head 400", "get 400"] + StoreLog.whole)
        #expect(bench.store.requests.dropFirst(2).allSatisfy { $0.request.accessKey == "KEY1" })
        #expect(bench.access.counts == (lookups: 2, reloads: 1))
        #expect(result.retries == 0)
    }

    @Test func credentialsMayExpireInTheMiddle() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 2, .refuse(400, "ExpiredToken"))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.whole(repeating: "part 2", refused: 400))
        #expect(bench.store.requests.dropFirst(4).allSatisfy { $0.request.accessKey == "KEY1" })
        #expect(bench.access.counts.reloads == 1)
        #expect(bench.store.bytesTaken == bench.file.size + StoreUploadBench.partSize)
    }

    /// Four parts are refused at once, and the credentials are read again for all of them.
    @Test func severalRequestsReadCredentialsAgainOnce() async throws {
        let bench = try StoreUploadBench()
        var options = StoreUploadBench.options
        options.connections = 4
        let wished = options
        let result = try await onOwnThread {
            let engine = try bench.bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.wish(options: wished)]))
            _ = try engine.wait("it has begun") { _ in bench.store.content.uploadsBegun == 1 }
            bench.store.setRules { $0.expiredKeys = ["KEY0"] }
            return try #require(try engine.wait("everything ended") { $0.isIdle }.transfers.first)
        }
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.access.counts.reloads == 1)
    }

    @Test func credentialsThatStayExpiredNeedAPerson() async throws {
        var rules = StoreRules()
        rules.expiredKeys = ["KEY0", "KEY1", "KEY2"]
        let bench = try StoreUploadBench(rules: rules)
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .unauthorized)
        #expect(result.error?.detail.description == "the credentials have expired (ExpiredToken: Because)")
        #expect(bench.access.counts == (lookups: 2, reloads: 1))
        #expect(bench.store.log == ["head 400", "get 400", "head 400", "get 400"])
    }

    @Test(arguments: [-3600, 3600])
    func theClockOfTheStoreCounts(offset: Int) async throws {
        var rules = StoreRules()
        rules.clockOffset = offset
        let bench = try StoreUploadBench(rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == ["head 403", "get 403"] + StoreLog.whole)
        #expect(result.retries == 0)
    }

    @Test func aClockThatCannotBeCorrectedNeedsAPerson() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.create, times: 100, .refuse(403, "RequestTimeTooSkewed"))])
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .unauthorized)
        #expect(result.error?.detail.description.contains("clock") == true)
        #expect(bench.store.log == ["head 404", "create 403", "create 403"])
    }

    @Test(arguments: [StoreUploadBench.parts, StoreUploadBench.small])
    func aRedirectTeachesTheRegion(_ file: PatternFile) async throws {
        var rules = StoreRules()
        rules.region = ("eu-west-1", .redirect)
        let bench = try StoreUploadBench(file, rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.prefix(2) == ["head 301", "head 404"])
        #expect(bench.store.requests.dropFirst().allSatisfy { $0.request.region == "eu-west-1" })
        #expect(bench.store.bytesTaken == file.size)
    }

    @Test(arguments: [StoreUploadBench.parts, StoreUploadBench.small])
    func aMalformedSignatureTeachesTheRegion(_ file: PatternFile) async throws {
        var rules = StoreRules()
        rules.region = ("eu-west-1", .malformed)
        let bench = try StoreUploadBench(file, rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.prefix(3) == ["head 400", "get 400", "head 404"])
        #expect(bench.store.requests.dropFirst(2).allSatisfy { $0.request.region == "eu-west-1" })
    }

    @Test func aRegionThatIsNeverRightIsTold() async throws {
        let region = [HeaderField("x-amz-bucket-region", "eu-west-1")]
        let bench = try StoreUploadBench(troubles: [
            .init(.create, .refuse(301, "PermanentRedirect", fields: region)),
            .init(
                .create, .refuse(301, "PermanentRedirect", fields: [HeaderField("x-amz-bucket-region", "us-west-2")])),
        ])
        let result = try await bench.send()
        #expect(result.error?.code == .redirectRefused)
        #expect(bench.store.log == ["head 404", "create 301", "create 301"])
    }

    @Test func whoMayNotWriteIsTold() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.create, .refuse(403, "AccessDenied"))])
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .forbidden)
        #expect(result.error?.detail.description == "the store does not allow it (AccessDenied: Because)")
        #expect(bench.store.log == ["head 404", "create 403"])
        #expect(bench.store.bytesTaken == 0)
    }

    @Test(arguments: [StoreUploadBench.parts, StoreUploadBench.small])
    func whoMayNotLookMayWriteAllTheSame(_ file: PatternFile) async throws {
        let bench = try StoreUploadBench(
            file,
            troubles: [.init(.head, times: 100, .refuse(403)), .init(.get, times: 100, .refuse(403, "AccessDenied"))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.prefix(3).last == (file.size > 1000 ? "create 200" : "put 200"))
    }

    @Test func aBucketThatIsMissingIsNamed() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.create, .refuse(404, "NoSuchBucket"))])
        let result = try await bench.send()
        #expect(result.state == .failed)
        #expect(result.error?.code == .notFound)
        #expect(result.error?.detail.description == "there is no such bucket (NoSuchBucket: Because)")
        #expect(bench.store.log == ["head 404", "create 404"])
    }
}
