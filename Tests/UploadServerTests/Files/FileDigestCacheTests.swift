import Glibc
import TestSupport
import Testing
import TransferCore

@testable import UploadServer

@Suite(.timeLimit(.minutes(5))) struct FileDigestCacheTests {
    private let folder: TemporaryFolder
    private let cache = FileDigestCache()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ name: String) throws -> UploadServer.ServedFile {
        let descriptor = Glibc.open(folder.path(name), O_RDONLY | O_CLOEXEC)
        let file = UploadServer.ServedFile(owning: descriptor, workers: Workers(name: "test", count: 1))
        return try #require(file)
    }

    /// So large that its digest would outlast every test.
    private func huge(_ name: String) throws -> UploadServer.ServedFile {
        try folder.write([], to: name)
        #expect(truncate(folder.path(name), 1 << 42) == 0)
        return try open(name)
    }

    @Test func wholeFilesAndParts() async throws {
        let pattern = PatternFile(seed: 2, size: 3_000_001)
        try folder.write(pattern, to: "f")
        let file = try open("f")
        let whole = await cache.wholeDigest(of: file)
        #expect(whole?.description == hexSHA256(pattern.bytes))
        #expect(await cache.wholeDigest(of: try open("f")) == whole)
        let part = try await cache.digest(of: file, ByteRange(5, 2_000_000))
        #expect(part.description == hexSHA256(pattern.bytes(5..<2_000_000)))
    }

    @Test func whatNobodyWaitsForIsGivenUp() async throws {
        let file = try huge("f")
        let first = Task { await cache.wholeDigest(of: file) }
        let second = Task { await cache.wholeDigest(of: file) }
        first.cancel()
        second.cancel()
        #expect(await first.value == nil)
        #expect(await second.value == nil)
        let part = Task { try await cache.digest(of: file, ByteRange(0, 1 << 42)) }
        part.cancel()
        await #expect(throws: CancellationError.self) { try await part.value }
    }

    @Test func theEndOfTheServerEndsAll() async throws {
        let file = try huge("f")
        let digest = Task { await cache.wholeDigest(of: file) }
        // It may not have begun yet.
        let ending = Task {
            while !Task.isCancelled {
                cache.cancel()
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        #expect(await digest.value == nil)
        ending.cancel()
    }
}
