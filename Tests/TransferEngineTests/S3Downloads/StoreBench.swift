import TestSupport
import Testing
import TransferCore
import TransferEngine

/// An engine and a scripted store that holds one object.
struct StoreBench {
    static let path = "/photos/a/b.bin"
    static let address = "s3:/" + path

    let server: FaultyServer
    let access: StoreAccess
    var bench: EngineBench

    init(_ file: PatternFile, faults: [Fault] = []) throws {
        server = FaultyServer([ServedFile(Self.path, .pattern(file))], faults: faults)
        try server.start()
        access = StoreAccess(endpoint: server.url(""))
        bench = try EngineBench()
        bench.access = access
    }

    func fetch(_ address: String = StoreBench.address, to name: String = "out") async throws -> TransferSnapshot {
        defer { server.stop() }
        return try await bench.fetch(address, to: name)
    }

    var heads: [RecordedRequest] { server.requests.filter { $0.method == "HEAD" } }
    var gets: [RecordedRequest] { server.requests.filter { $0.method == "GET" } }
}

extension Fault {
    /// What the store says of its object in the answer to `HEAD`.
    static func objectField(_ name: String, _ value: String) -> Fault {
        Fault(.method("HEAD"), .header(name, value))
    }

    /// The nth request is refused in the store's words.
    static func refusal(
        _ number: Int, _ status: Int, _ code: String, _ fields: [HeaderField] = [], more: String = ""
    ) -> Fault {
        let body = "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>Because.</Message>\(more)</Error>"
        return Fault(.request(number), .status(status, fields, body: body))
    }

    /// The nth request is answered with what the store says of one part.
    static func part(_ number: Int, _ range: ClosedRange<Int64>, of size: Int64, count: Int) -> Fault {
        let fields = [
            HeaderField("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound)/\(size)"),
            HeaderField("ETag", "\"v1\""), HeaderField("x-amz-mp-parts-count", String(count)),
        ]
        return Fault(.request(number), .status(206, fields))
    }
}
