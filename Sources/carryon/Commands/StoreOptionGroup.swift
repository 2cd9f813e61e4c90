import ArgumentParser
import Foundation
import TransferCore
import WireProtocols

/// How an object store is reached, where that is not to be as the settings of AWS say.
struct StoreOptionGroup: ParsableArguments {
    /// Where the bucket stands in addresses.
    enum Addressing: EnumerableFlag {
        case pathStyle
        case virtualHostStyle

        static func help(for value: Addressing) -> ArgumentHelp? {
            switch value {
            case .pathStyle: "For s3://: the bucket stands in the path, as for most stores other than AWS."
            case .virtualHostStyle: "For s3://: the bucket stands before the host, as for AWS."
            }
        }
    }

    @Option(
        help: ArgumentHelp("For s3://: the profile of the AWS settings to take credentials from.", valueName: "name"))
    var profile: String?

    @Option(
        name: .customLong("endpoint-url"),
        help: ArgumentHelp("For s3://: the address of a store other than AWS.", valueName: "url"))
    var endpoint: String?

    @Option(help: ArgumentHelp("For s3://: the region that requests are signed for.", valueName: "name"))
    var region: String?

    @Flag(exclusivity: .exclusive)
    var addressing: Addressing?

    /// Whether nothing of it was said.
    var isEmpty: Bool { wish == StoreOptions() }

    /// What is to be kept of it and of the surroundings, so that the same store is reached later.
    ///
    /// - Throws: `UsageError`; `TransferError` if the settings of AWS are of no use.
    func resolved(_ access: AWSAccess) throws -> StoreOptions {
        try check("--region") { () throws(TransferError) in _ = try S3Endpoint.aws(region: region) }
        if let endpoint {
            try check("--endpoint-url") { () throws(TransferError) in
                _ = try S3Endpoint(url: endpoint, region: region)
            }
        }
        return try access.resolve(wish)
    }

    private var wish: StoreOptions {
        StoreOptions(
            profile: profile, endpoint: endpoint, region: region, isPathStyle: addressing.map { $0 == .pathStyle })
    }

    private func check(_ option: String, _ body: () throws(TransferError) -> Void) throws {
        do throws(TransferError) {
            try body()
        } catch {
            throw UsageError("\(option): \(error.detail)")
        }
    }
}

/// How connections are made.
struct ConnectionOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("Trust the authorities in this file instead of the system's.", valueName: "file"))
    var cacert: String?

    @Flag(name: [.customLong("insecure"), .customShort("k")], help: "Accept any certificate.")
    var insecure = false

    /// The file of authorities, absolute.
    ///
    /// - Throws: `UsageError`.
    func certificateAuthorities() throws -> String? {
        guard let cacert else { return nil }
        let path = Paths.absolute(cacert)
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw UsageError("--cacert: cannot read \(path)")
        }
        return path
    }

    /// For what is asked by a command itself.
    ///
    /// - Throws: `UsageError`.
    func connection() throws -> ConnectionOptions {
        var options = ConnectionOptions()
        options.certificateAuthorities = try certificateAuthorities()
        options.acceptsAnyCertificate = insecure
        return options
    }
}
