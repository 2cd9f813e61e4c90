import Glibc
import Synchronization

/// A real nginx on a loopback port, serving a folder, with its own configuration and logs.
public final class NginxServer: Sendable {
    /// How it serves.
    public struct Options: Sendable {
        /// Per connection.
        public var bytesPerSecond: Int?
        public var sendfileMaxChunk: Int?
        /// With a certificate made for this run; see ``NginxServer/certificatePath``.
        public var tls = false
        /// Further lines for the `server` block.
        public var configuration = ""

        public init() {}

        public init(bytesPerSecond: Int? = nil, sendfileMaxChunk: Int? = nil, tls: Bool = false) {
            self.bytesPerSecond = bytesPerSecond
            self.sendfileMaxChunk = sendfileMaxChunk
            self.tls = tls
        }
    }

    /// One line of the access log; nginx writes it when the request has ended.
    public struct Entry: Sendable, Hashable {
        public var status: Int
        /// Without heads.
        public var bodyBytesSent: Int64
        public var bytesSent: Int64
        /// The `Range` field, `nil` if there was none.
        public var range: String?
        public var target: String
    }

    public var port: UInt16 { reserved.port }
    /// The certificate to be trusted, with ``Options/tls``.
    public var certificatePath: String { prefix.path("certificate.pem") }

    /// Whoever answers there is this nginx.
    private let reserved: ReservedPort
    private let prefix: TemporaryFolder
    private let options: Options
    private let process: ChildProcess
    private let isStopped = Mutex(false)

    /// Starts nginx and waits until it answers. Throws if it is not installed.
    public init(root: String, options: Options = Options()) throws {
        let program = try ChildProcess.find("nginx")
        let prefix = try TemporaryFolder()
        if options.tls { try Self.makeCertificate(prefix) }
        let reserved = try ReservedPort()
        try prefix.write(Array(Self.configuration(root, reserved.port, options, prefix).utf8), to: "nginx.conf")
        let process = try ChildProcess(
            program, ["-p", prefix.path, "-e", prefix.path("error.log"), "-c", prefix.path("nginx.conf")],
            log: prefix.path("output.log"))
        try Self.waitUntilReady(process, reserved.port, prefix)
        self.prefix = prefix
        self.options = options
        self.process = process
        self.reserved = reserved
    }

    deinit { stop() }

    /// The address of a file.
    public func url(_ path: String) -> String { "\(options.tls ? "https" : "http")://127.0.0.1:\(port)\(path)" }

    /// Ends nginx at once, together with its connections, and waits for it.
    public func stop() {
        let isFirst = isStopped.withLock { stopped in
            defer { stopped = true }
            return !stopped
        }
        if isFirst { process.stop(SIGTERM) }
    }

    /// The requests that have ended so far.
    public func accessLog() throws -> [Entry] {
        String(decoding: try prefix.read("access.log"), as: UTF8.self).split(separator: "\n").compactMap(Self.entry)
    }

    /// With heads, of all requests that have ended so far.
    public var totalBytesSent: Int64 {
        get throws { try accessLog().reduce(0) { $0 + $1.bytesSent } }
    }

    /// What nginx complained of, for the message of a failed test.
    public func errorLog() -> String {
        String(decoding: (try? prefix.read("error.log")) ?? [], as: UTF8.self)
    }

    private static func entry(_ line: Substring) -> Entry? {
        let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
        guard quoted.count >= 3 else { return nil }
        let numbers = quoted[0].split(separator: " ").compactMap { Int64($0) }
        guard numbers.count == 3 else { return nil }
        return Entry(
            status: Int(numbers[0]), bodyBytesSent: numbers[1], bytesSent: numbers[2],
            range: quoted[1] == "-" ? nil : String(quoted[1]),
            target: String(quoted[2...].joined(separator: "\"").dropFirst()))
    }

    private static func waitUntilReady(_ process: ChildProcess, _ port: UInt16, _ prefix: TemporaryFolder) throws {
        do {
            try eventuallyBlocking("nginx listens on port \(port)") {
                if let status = process.statusIfEnded() {
                    let log = String(decoding: (try? prefix.read("error.log")) ?? [], as: UTF8.self)
                    throw ProgramFailure(description: "nginx ended with status \(status): \(log)")
                }
                guard let socket = try? Loopback.connect(port: port) else { return false }
                close(socket)
                return true
            }
        } catch let failure as ConditionNotMet {
            process.stop(SIGKILL)
            throw failure
        }
    }

    private static func makeCertificate(_ prefix: TemporaryFolder) throws {
        try ChildProcess.run(
            try ChildProcess.find("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-keyout", prefix.path("key.pem"), "-out", prefix.path("certificate.pem"), "-subj", "/CN=127.0.0.1",
                "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            ])
    }

    private static func configuration(
        _ root: String, _ port: UInt16, _ options: Options, _ prefix: TemporaryFolder
    ) -> String {
        var server = "listen 127.0.0.1:\(port)\(options.tls ? " ssl" : "") backlog=512;\n"
        if options.tls {
            server += "ssl_certificate \(prefix.path)/certificate.pem;\nssl_certificate_key \(prefix.path)/key.pem;\n"
        }
        if let rate = options.bytesPerSecond { server += "limit_rate \(rate);\n" }
        if let chunk = options.sendfileMaxChunk { server += "sendfile_max_chunk \(chunk);\n" }
        server += options.configuration
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(prefix.path)/\($0);" }.joined(separator: "\n")
        return """
            daemon off;
            master_process off;
            pid \(prefix.path)/nginx.pid;
            error_log \(prefix.path)/error.log;
            events { worker_connections 512; }
            http {
                \(temporary)
                default_type application/octet-stream;
                sendfile on;
                keepalive_requests 1000000;
                log_format entries '$status $body_bytes_sent $bytes_sent "$http_range" $request_uri';
                access_log \(prefix.path)/access.log entries;
                server {
                    root \(root);
                    \(server)
                }
            }

            """
    }
}
