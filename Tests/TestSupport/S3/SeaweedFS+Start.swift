import Glibc

extension SeaweedFS {
    /// Starts the store; it ends with this process, however that ends.
    static func start(_ program: String, _ first: UInt16, _ folder: TemporaryFolder) throws -> ChildProcess {
        let data = try folder.makeFolder("data")
        let identities = """
            {"identities": [{"name": "tests", "actions": ["Admin"],
              "credentials": [{"accessKey": "\(accessKey)", "secretKey": "\(secretKey)"}]}]}
            """
        let identitiesPath = try folder.write(Array(identities.utf8), to: "s3.json")
        return try ChildProcess.startWatched(
            program,
            [
                "-logtostderr=true", "server", "-dir=\(data)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                // A single master need not wait for others, which makes the start take two seconds instead of eight.
                "-master.peers=none", "-master.port=\(first)", "-master.telemetry=false",
                "-volume.port=\(first + 1)",
                // Every bucket takes volumes of its own; they are files that grow.
                "-volume.max=10000", "-master.volumeSizeLimitMB=1024",
                "-filer.port=\(first + 2)", "-filer.localSocket=\(folder.path)/filer.sock", "-filer.maxMB=16",
                "-s3", "-s3.port=\(first + 3)", "-s3.localSocket=\(folder.path)/s3.sock",
                "-s3.config=\(identitiesPath)", "-s3.autoCreateBucket=false", "-s3.domainName=localhost",
                // These listen on ports of their own otherwise, the same for every run.
                "-s3.port.iceberg=0", "-s3.port.lance=0",
            ],
            in: folder,
            environment: [
                "TMPDIR": folder.path, "GOMEMLIMIT": "400MiB", "GOGC": "50", "WEED_MASTER_VOLUME_GROWTH_COPY_1": "2",
            ],
            leftovers: (first..<first + 4).map { "/tmp/seaweedfs-*-grpc-\($0 + grpcOffset).sock" })
    }

    /// How far from each of its ports SeaweedFS listens for gRPC.
    private static let grpcOffset: UInt16 = 10_000

    /// The first of four free ports in a row, whose gRPC ports are free as well.
    ///
    /// All of them lie below those that the kernel hands out for outgoing connections.
    static func freePorts() throws -> UInt16 {
        for _ in 0..<200 {
            let first = UInt16.random(in: 10_000..<22_000)
            let ports = (first..<first + 4).flatMap { [$0, $0 + grpcOffset] }
            if ports.allSatisfy(isFree) { return first }
        }
        throw ProgramFailure(description: "there are no free ports for SeaweedFS between 10000 and 32000")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        guard let (socket, _) = try? Loopback.listen(port: port) else { return false }
        close(socket)
        return true
    }
}
