import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Refusals after which the same request is made again (`botocore/retries/standard.py`).
@Suite(.timeLimit(.minutes(5))) struct StoreRetryScenarios {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        let code: String?
        var testDescription: String { "\(status) \(code ?? "")" }
    }

    private static let rows = [
        Row(status: 500, code: "InternalError"), Row(status: 500, code: nil), Row(status: 502, code: nil),
        Row(status: 503, code: "SlowDown"), Row(status: 503, code: "ServiceUnavailable"), Row(status: 504, code: nil),
        Row(status: 429, code: "TooManyRequests"), Row(status: 400, code: "RequestTimeout"),
        Row(status: 408, code: nil), Row(status: 400, code: "ThrottlingException"),
        Row(status: 400, code: "RequestLimitExceeded"),
    ]

    /// Every request of an upload is refused once.
    @Test(arguments: rows)
    func everyRequestIsMadeAgain(_ row: Row) async throws {
        let operations: [StoreRequest.Operation] = [.head, .create, .part, .listParts, .complete]
        // Why a HEAD was refused with 400 is asked for with a GET, which says that there is nothing.
        let refused = row.status == 400 ? Array(operations.dropFirst()) : operations
        let troubles = refused.map { operation in
            StoreTrouble(operation, part: operation == .part ? 2 : nil, .refuse(row.status, row.code))
        }
        let bench = try StoreUploadBench(troubles: troubles)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        let status = row.status
        var log = status == 400 ? ["head 404"] : ["head \(status)", "head 404", "listUploads 200"]
        log += ["create \(status)", "head 404", "listUploads 200", "create 200"]
        log += ["part 1 200", "part 2 \(status)", "part 2 200", "part 3 200"]
        log += ["listParts \(status)", "listParts 200", "complete \(status)"] + StoreLog.end
        #expect(bench.store.log == log)
        #expect(result.retries == refused.count)
        #expect(bench.store.content.uploadsBegun == 1)
        #expect(bench.store.bytesTaken == bench.file.size + StoreUploadBench.partSize)
    }

    @Test(arguments: rows + [Row(status: 400, code: "BadDigest")])
    func aSmallFileIsSentAgain(_ row: Row) async throws {
        let bench = try StoreUploadBench(StoreUploadBench.small, troubles: [.init(.put, .refuse(row.status, row.code))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == ["head 404", "put \(row.status)", "put 200"])
        #expect(result.retries == 1)
    }

    @Test(arguments: ["BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody"])
    func aPartThatWasDamagedOnItsWayIsSentAgain(_ code: String) async throws {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 2, .refuse(400, code))])
        let result = try await bench.send()
        #expect(result.state == .completed)
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.whole(repeating: "part 2", refused: 400))
        #expect(bench.store.bytesTaken == bench.file.size + StoreUploadBench.partSize)
        #expect(result.retries == 1)
    }

    @Test func aConnectionThatIsResetInAPartCostsThatPart() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 2, .reset(after: 100_000))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        // libcurl makes it again by itself where it notices in time.
        #expect(result.retries <= 1)
        // Where all of it was handed to the system already, the store is asked whether it has it.
        let log = bench.store.log
        let isAsked = log.dropFirst(4).first == "listParts 200"
        let tries = isAsked ? ["part 2 -", "listParts 200", "part 2 200"] : ["part 2 -", "part 2 200"]
        #expect(log == StoreLog.beginning + ["part 1 200"] + tries + ["part 3 200"] + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size + 100_000)
    }

    @Test func whatNeverPassesIsLeftToAPerson() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 2, times: 100, .refuse(500, "InternalError"))])
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .tooManyAttempts)
        #expect(result.error?.detail.description.contains("InternalError") == true)
        let tries = bench.bench.settings.retry.limit
        #expect(bench.store.log.filter { $0 == "part 2 500" }.count == tries)
        // The part that was taken is not given up.
        #expect(bench.store.content.uploads.values.map(\.parts.count) == [1])
    }

    /// One busy answer is an answer to all transfers of the bucket, and to no others.
    @Test func aBusyBucketIsLeftAloneByAllItsTransfers() async throws {
        let wait = [HeaderField("Retry-After", "2")]
        let bench = try StoreUploadBench(
            StoreUploadBench.small, troubles: [.init(.put, after: 3, .refuse(503, "SlowDown", fields: wait))])
        let wishes = (0..<40).map { bench.wish("s3://\($0 % 2 == 0 ? "busy" : "idle")/\($0)") }
        let snapshot = try await onOwnThread { try bench.bench.run(wishes) }
        #expect(snapshot.transfers.allSatisfy { $0.state == .completed })
        #expect(bench.store.content.objects.count == 40)

        let requests = bench.store.requests
        let refusal = try #require(requests.first { $0.text == "put 503" })
        let bucket = refusal.request.bucket
        // What was under way when the answer came went on.
        let silence = refusal.arrivedAt + .milliseconds(100)..<refusal.arrivedAt + .milliseconds(1900)
        let others = requests.filter { silence.contains($0.arrivedAt) }.map(\.request.bucket)
        #expect(!others.contains(bucket), "\(others)")
        #expect(requests.contains { $0.request.bucket == bucket && $0.arrivedAt >= silence.upperBound })
        let after = requests.filter { $0.request.bucket != bucket && $0.arrivedAt >= silence.upperBound }
        #expect(after.isEmpty)
    }
}
