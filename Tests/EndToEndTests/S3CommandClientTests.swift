import Foundation
import Synchronization
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import carryon

/// The requests of commands to a store, against scripted answers.
@Suite struct S3CommandClientTests {
    /// Gives one answer after the other, and keeps what was asked.
    private final class Script: HTTPClient {
        private let state: Mutex<(answers: [HTTPAnswer], requests: [HTTPRequest])>

        init(_ answers: [HTTPAnswer]) {
            state = Mutex((answers, []))
        }

        var requests: [HTTPRequest] { state.withLock { $0.requests } }

        func send(
            _ request: HTTPRequest, body: [UInt8], limit: Int, options: RequestOptions
        ) async throws(TransferError) -> HTTPAnswer {
            let answer = state.withLock { state in
                state.requests.append(request)
                return state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            guard let answer else { throw TransferError(.unsupported, "the script has no more answers") }
            return answer
        }
    }

    private final class Access: S3AccessSource {
        let reloads = Atomic(0)

        func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
            let key = reload ? "new\(reloads.add(1, ordering: .relaxed).newValue)" : "old"
            return S3Access(
                credentials: S3Credentials(accessKey: key, secretKey: "secret"),
                endpoint: try .aws(region: options.region))
        }
    }

    private static func answer(_ status: Int, _ body: String = "", _ fields: [HeaderField] = []) -> HTTPAnswer {
        HTTPAnswer(head: ResponseHead(status: status, fields: fields), body: Array(body.utf8))
    }

    private static func error(_ code: String, _ more: String = "") -> String {
        "<Error><Code>\(code)</Code><Message>m</Message>\(more)</Error>"
    }

    private static let noUploads = "<ListMultipartUploadsResult></ListMultipartUploadsResult>"
    private static let empty = "<ListBucketResult></ListBucketResult>"
    private let access = Access()
    private let clock = ManualClock()

    private func client(_ answers: [HTTPAnswer]) -> (BucketClient, Script) {
        let script = Script(answers)
        let client = BucketClient(
            bucket: "bkt", http: script, source: access, options: StoreOptions(), clock: clock)
        return (client, script)
    }

    @Test func everyPageIsAskedFor() async throws {
        func page(_ key: String, _ token: String?) -> HTTPAnswer {
            let next = token.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
            return Self.answer(
                200,
                "<ListBucketResult><IsTruncated>\(token != nil)</IsTruncated>\(next)<Contents><Key>\(key)</Key>"
                    + "<Size>1</Size></Contents></ListBucketResult>")
        }
        let (client, script) = client([page("a", "t/1"), page("b", "t 2"), page("c", nil)])
        #expect(try await client.objects(below: "p q/").map(\.key) == ["a", "b", "c"])
        let first = "https://bkt.s3.us-east-1.amazonaws.com/?list-type=2&encoding-type=url&prefix=p%20q%2F"
        #expect(
            script.requests.map(\.url) == [
                first, first + "&continuation-token=t%2F1", first + "&continuation-token=t%202",
            ])
        #expect(script.requests.allSatisfy { $0.headers.contains { $0.name == "Authorization" } })
    }

    /// Some stores say that they have encoded the keys, and have not: encoding is asked for where XML needs it.
    @Test func keysOfUploadsAreTakenAsTheyCome() async throws {
        let uploads = "<Upload><Key>a+b 100%</Key><UploadId>u</UploadId></Upload>"
        let answer = Self.answer(200, "<ListMultipartUploadsResult>\(uploads)</ListMultipartUploadsResult>")
        let (client, script) = client([answer])
        #expect(try await client.uploads(below: "a+").map(\.key) == ["a+b 100%"])
        #expect(script.requests.map(\.url) == ["https://bkt.s3.us-east-1.amazonaws.com/?prefix=a%2B&uploads="])
    }

    @Test func aListThatGoesRoundEnds() async throws {
        let page = Self.answer(
            200,
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
                + "</ListBucketResult>")
        let (client, script) = client([page, page, page])
        let error = await #expect(throws: TransferError.self) { try await client.objects(below: "") }
        #expect(error?.code == .badResponse)
        #expect(script.requests.count == 2)

        // Nor does one that comes by the same places again and again.
        func turn(_ index: Int) -> HTTPAnswer {
            var body = String(decoding: page.body, as: UTF8.self)
            body.replace(">t<", with: ">t\(index % 2)<")
            return Self.answer(200, body)
        }
        let (turning, turns) = self.client((0..<2501).map(turn))
        let endless = await #expect(throws: TransferError.self) { try await turning.objects(below: "") }
        #expect(endless?.code == .badResponse)
        #expect(turns.requests.count == 2500)
    }

    @Test func aStoreMayBeSilentForAMinute() {
        var wanted = ConnectionOptions()
        wanted.certificateAuthorities = "/ca.pem"
        let patient = BucketClient.patient(wanted)
        wanted.connectTimeout = .seconds(30)
        wanted.stallTimeout = .seconds(60)
        #expect(patient == wanted)
    }

    @Test func expiredCredentialsAreReadAgainOnce() async throws {
        let expired = Self.answer(400, Self.error("ExpiredToken"))
        let (client, script) = client([expired, Self.answer(200, Self.empty)])
        #expect(try await client.objects(below: "").isEmpty)
        #expect(script.requests[0].headers.last?.value.contains("Credential=old/") == true)
        #expect(script.requests[1].headers.last?.value.contains("Credential=new1/") == true)

        let (other, otherScript) = self.client([expired, expired])
        let error = await #expect(throws: TransferError.self) { try await other.objects(below: "") }
        #expect(error?.code == .unauthorized)
        #expect(otherScript.requests.count == 2)
    }

    @Test func theRegionIsLearntForAllFurtherRequests() async throws {
        let elsewhere = Self.answer(
            301, Self.error("PermanentRedirect"), [HeaderField("x-amz-bucket-region", "eu-west-1")])
        let (client, script) = client([elsewhere, Self.answer(200, Self.empty), Self.answer(200, Self.empty)])
        _ = try await client.objects(below: "")
        _ = try await client.objects(below: "")
        #expect(
            script.requests.map { $0.url.contains("s3.eu-west-1.amazonaws.com") } == [false, true, true])
    }

    @Test func theClockIsSetByTheStore() async throws {
        let skewed = Self.answer(
            403, Self.error("RequestTimeTooSkewed"), [HeaderField("Date", "Tue, 14 Nov 2023 23:13:20 GMT")])
        let (client, script) = client([skewed, Self.answer(200, Self.empty)])
        _ = try await client.objects(below: "")
        let dates = script.requests.map { request in request.headers.first { $0.name == "X-Amz-Date" }?.value }
        #expect(dates == ["20231114T221320Z", "20231114T231320Z"])
    }

    @Test func whatMayPassIsTriedAgain() async throws {
        let (client, script) = client([Self.answer(503, Self.error("SlowDown")), Self.answer(200, Self.empty)])
        #expect(try await client.objects(below: "").isEmpty)
        #expect(script.requests.count == 2)
        let (other, otherScript) = self.client([Self.answer(403, Self.error("AccessDenied"))])
        let error = await #expect(throws: TransferError.self) { try await other.objects(below: "") }
        #expect(error?.code == .forbidden)
        #expect(otherScript.requests.count == 1)
    }

    @Test func anAbortIsRepeatedUntilNothingIsLeft() async throws {
        let uploads =
            "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u 1</UploadId></Upload></ListMultipartUploadsResult>"
        let left =
            "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>5</Size></Part></ListPartsResult>"
        let (client, script) = client([
            Self.answer(200, uploads), Self.answer(204), Self.answer(200, left), Self.answer(204),
            Self.answer(404, Self.error("NoSuchUpload")), Self.answer(200, Self.noUploads),
        ])
        let upload = try #require(try await client.uploads(below: "k").first)
        try await client.abort(upload, listedBelow: "")
        #expect(script.requests.map(\.method) == ["GET", "DELETE", "GET", "DELETE", "GET", "GET"])
        #expect(script.requests[5].url == "https://bkt.s3.us-east-1.amazonaws.com/?prefix=&uploads=")
        #expect(script.requests[1].url == "https://bkt.s3.us-east-1.amazonaws.com/k?uploadId=u%201")
        // One that is gone is what was wanted.
        let gone = Self.answer(404, Self.error("NoSuchUpload"))
        let (other, _) = self.client([gone, Self.answer(200, Self.noUploads)])
        try await other.abort(upload, listedBelow: "")
        // But not one that the store lists still.
        let (stubborn, _) = self.client([gone, Self.answer(200, uploads)])
        let error = await #expect(throws: TransferError.self) { try await stubborn.abort(upload, listedBelow: "") }
        #expect(error?.code == .refused)
    }

    @Test func uploadsThatTheStoreDoesNotKnowAreListed() async throws {
        let uploads =
            "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId></Upload></ListMultipartUploadsResult>"
        let (client, _) = client([Self.answer(200, uploads), Self.answer(404, Self.error("NoSuchUpload"))])
        let list = try await OrphanList(S3Location("s3://bkt/"), at: client)
        let entry = try #require(list.entries.first)
        #expect(list.entries.count == 1 && entry.amount == nil)
        let orphan = ListedOrphan(entry.upload, in: "bkt", entry.amount, owner: nil)
        #expect(ListedOrphan.row(orphan, age: nil) == ["?", "gone or unreadable", "", "s3://bkt/k", "u"])
        let json = String(decoding: try JSONEncoder().encode(orphan), as: UTF8.self)
        #expect(json.contains("\"bytes\":null") && json.contains("\"parts\":null"))
    }

    @Test func anObjectIsThereOrNot() async throws {
        let (client, script) = client([Self.answer(200), Self.answer(404), Self.answer(403), Self.answer(403)])
        #expect(try await client.hasObject("a"))
        #expect(try await !client.hasObject("a"))
        await #expect(throws: TransferError.self) { try await client.hasObject("a") }
        #expect(try await !client.showsObject("a"))
        #expect(script.requests.allSatisfy { $0.method == "HEAD" })
    }
}
