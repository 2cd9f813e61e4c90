import Foundation
import TestSupport

/// What a test asks of the uploads of a server, on a connection of its own each time.
struct UploadClient: Sendable {
    let port: UInt16
    var owner: String?

    func send(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> RawResponse {
        let fields = fields + (owner.map { [("X-Owner", $0)] } ?? []) + [("Connection", "close")]
        return try await onOwnThread { [port] in
            let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
            let connection = try RawConnection(port: port)
            try connection.send(
                Array(
                    "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\(lines)\r\n"
                        .utf8)
                    + body)
            return try connection.readResponse()
        }
    }

    func post(_ target: String, _ json: String = "", _ fields: [(String, String)] = []) async throws -> RawResponse {
        try await send("POST", target, fields, body: Array(json.utf8))
    }

    /// Registers an upload and returns its id.
    func register(_ name: String, size: Int64, chunkSize: Int64 = 65_536) async throws -> String {
        try await post("/uploads", #"{"name":"\#(name)","size":\#(size),"chunkSize":\#(chunkSize)}"#).json["uploadId"]
            as? String ?? ""
    }

    func put(
        _ id: String, _ index: Int, _ bytes: [UInt8], checksum: String? = nil
    ) async throws -> RawResponse {
        let checksum = checksum ?? hexSHA256(bytes)
        return try await send("PUT", "/uploads/\(id)/chunks/\(index)", [("X-Chunk-Checksum", checksum)], body: bytes)
    }

    func status(_ id: String) async throws -> RawResponse { try await send("GET", "/status?id=\(id)") }

    func complete(_ id: String, _ json: String = "") async throws -> RawResponse {
        try await post("/uploads/\(id)/complete", json)
    }

    /// Sends the head of a `PUT` and a part of its body, and nothing more.
    func begin(_ id: String, _ index: Int, _ bytes: [UInt8], sending count: Int) throws -> RawConnection {
        let connection = try RawConnection(port: port)
        let lines = [
            "PUT /uploads/\(id)/chunks/\(index) HTTP/1.1", "Host: localhost", "Content-Length: \(bytes.count)",
        ]
        let head = (lines + ["X-Chunk-Checksum: \(hexSHA256(bytes))", "\r\n"]).joined(separator: "\r\n")
        try connection.send(Array(head.utf8) + bytes[..<count])
        return connection
    }
}

func hexSHA256(_ bytes: [UInt8]) -> String {
    TestSupport.SHA256.hash(bytes).map { String(format: "%02x", $0) }.joined()
}

extension RawResponse {
    /// The body as a JSON object; empty if it is none.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    /// The last word of the problem's type.
    var problem: String? {
        (json["type"] as? String)?.split(separator: ":").last.map(String.init)
    }

    /// Where an upload stands.
    var received: [[Int]]? { json["receivedChunks"] as? [[Int]] }
}
