import TestSupport

let content = PatternFile(seed: 5, size: 100_000)
let all = content.bytes

/// Serves one file with the faults given and fetches it to the end of the connection.
func fetch(
    _ actions: [Fault.Action], _ method: String = "GET", _ fields: [(String, String)] = [("Range", "bytes=1000-1999")],
    file: ServedFile = ServedFile("/f", .pattern(content)), timeout: Duration = .seconds(60)
) async throws -> RawResponse {
    try await FaultyServer.serving([file], faults: actions.map { Fault(.always, $0) }) { server in
        try await RawConnection.fetch(port: server.port, method, "/f", fields, toTheEnd: true, timeout: timeout)
    }
}
