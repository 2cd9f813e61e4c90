// swift-tools-version: 6.1

import PackageDescription

let package = Package(
    name: "carryon",
    products: [
        .executable(name: "carryon", targets: ["carryon"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Pure values: state machines, plans, policies and the ports.
        .target(name: "TransferCore"),

        // One folder per remote protocol, without I/O.
        .target(
            name: "WireProtocols", dependencies: ["TransferCore", .product(name: "Crypto", package: "swift-crypto")]),

        // The C libraries, and the C calls that Swift cannot make by itself.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
        .systemLibrary(name: "CLinux"),

        .target(name: "CurlTransport", dependencies: ["TransferCore", "CCurl"]),
        .target(
            name: "TransferEngine",
            dependencies: [
                "TransferCore", "WireProtocols", "CLinux",
                .product(name: "Collections", package: "swift-collections"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "TransferStore",
            dependencies: ["TransferCore", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        .target(
            name: "UploadServer",
            dependencies: [
                "TransferCore", "WireProtocols", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(name: "TerminalUI", dependencies: ["TransferCore"]),
        // Themes as files.
        .target(name: "ThemeFiles", dependencies: ["TransferCore", "TerminalUI"]),
        .target(name: "CursesTerminal", dependencies: ["TransferCore", "TerminalUI", "CNcurses"]),
        .executableTarget(
            name: "carryon",
            dependencies: [
                "TransferCore", "WireProtocols", "CurlTransport", "TransferEngine", "TransferStore", "UploadServer",
                "TerminalUI", "ThemeFiles", "CursesTerminal", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]
        ),

        // What the tests have in common, and the tests.
        .target(name: "TestSupport", dependencies: ["TransferCore"], path: "Tests/TestSupport", exclude: ["Python"]),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(
            name: "EndToEndTests", dependencies: ["carryon", "TestSupport", "TransferCore", "WireProtocols"]),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport", "TransferCore"]),
        .testTarget(name: "TransferCoreTests", dependencies: ["TransferCore"]),
        .testTarget(
            name: "WireProtocolsTests",
            dependencies: [
                "WireProtocols", "TransferCore", .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["S3/Fixtures"]),
        .testTarget(
            name: "TransferEngineTests",
            dependencies: [
                "TransferEngine", "CurlTransport", "TransferStore", "UploadServer", "TestSupport", "TransferCore",
                "WireProtocols",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "CurlTransportTests", dependencies: ["CurlTransport", "TestSupport", "TransferCore"]),
        .testTarget(
            name: "TransferStoreTests",
            dependencies: [
                "TransferStore", "TestSupport", "TransferCore", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "UploadServerTests",
            dependencies: [
                "UploadServer", "CurlTransport", "TestSupport", "TransferCore", "WireProtocols",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "TerminalUITests", dependencies: ["TerminalUI", "TransferCore"], exclude: ["Snapshots"]),
        .testTarget(
            name: "ThemeFilesTests", dependencies: ["ThemeFiles", "TerminalUI", "TestSupport", "TransferCore"]),
        .testTarget(
            name: "CursesTerminalTests", dependencies: ["CursesTerminal", "TerminalUI", "TransferCore", "CNcurses"]),
    ],
    swiftLanguageModes: [.v6]
)
