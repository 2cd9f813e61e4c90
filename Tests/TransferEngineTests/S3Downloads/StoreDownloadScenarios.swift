import Foundation
import Glibc
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Downloads from a store, from one end of the engine to the other.
@Suite struct StoreDownloadScenarios {
    private static let file = PatternFile(seed: 51, size: 600_000)

    private static func value(_ algorithm: ObjectChecksum.Algorithm, _ bytes: [UInt8] = file.bytes) -> [UInt8] {
        var hash = algorithm.makeHash()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.digest
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    private func arrivedIntact(_ bench: StoreBench, _ name: String = "out") throws -> Bool {
        try Self.file.firstDifference(fromFileAt: bench.bench.folder.path(name)) == nil
    }

    @Test func anObjectArrives() async throws {
        let bench = try StoreBench(Self.file)
        let result = try await bench.fetch()
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        #expect(bench.heads.count == 1)
        #expect(bench.gets.count > 1)
        #expect(bench.gets.allSatisfy { $0["If-Match"] == "\"v1\"" })
        #expect(bench.server.requests.allSatisfy { $0["Authorization"]?.contains("Credential=KEY0/") == true })
        #expect(bench.access.counts == (lookups: 1, reloads: 0))
    }

    @Test func intoAFolderItGetsTheNameInItsKey() async throws {
        let bench = try StoreBench(Self.file, faults: [.init(.always, .contentDisposition("attachment; filename=x"))])
        let result = try await bench.fetch(to: "")
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench, "b.bin"))
        #expect(result.source.description == StoreBench.address)
    }

    @Test func anEmptyObjectArrives() async throws {
        let bench = try StoreBench(PatternFile(seed: 1, size: 0))
        let result = try await bench.fetch()
        #expect(result.state == .completed)
        #expect(try bench.bench.folder.read("out").isEmpty)
        #expect(bench.gets.isEmpty)
    }

    @Test(arguments: ObjectChecksum.Algorithm.allCases)
    func aChecksumOfAllIsCompared(_ algorithm: ObjectChecksum.Algorithm) async throws {
        let type = Fault.objectField("x-amz-checksum-type", "FULL_OBJECT")
        let name = "x-amz-checksum-\(algorithm.rawValue.lowercased())"
        let value = Self.base64(Self.value(algorithm))
        let good = try StoreBench(Self.file, faults: [type, .objectField(name, value)])
        let result = try await good.fetch()
        #expect(result.state == .completed)
        #expect(try arrivedIntact(good))

        let wrong = Self.base64([UInt8](repeating: 7, count: algorithm.length))
        let bad = try StoreBench(Self.file, faults: [type, .objectField(name, wrong)])
        let refused = try await bad.fetch()
        #expect(refused.state == .paused)
        #expect(refused.error?.code == .digestMismatch)
        #expect(refused.error?.detail.description.contains(String(repeating: "07", count: algorithm.length)) == true)
        #expect(try !bad.bench.folder.names().contains("out"))
    }

    /// The composite checksum of the file in parts of 250,000 bytes.
    private static func composite(_ algorithm: ObjectChecksum.Algorithm) -> String {
        let bytes = file.bytes
        let parts = stride(from: 0, to: bytes.count, by: 250_000).map { start in
            value(algorithm, Array(bytes[start..<min(start + 250_000, bytes.count)]))
        }
        return base64(value(algorithm, parts.flatMap { $0 })) + "-\(parts.count)"
    }

    private static func parts() -> [Fault] {
        [.part(2, 0...249_999, of: file.size, count: 3), .part(3, 500_000...599_999, of: file.size, count: 3)]
    }

    @Test(arguments: [ObjectChecksum.Algorithm.sha256, .sha1, .crc32, .crc32c])
    func aChecksumOfPartsIsCompared(_ algorithm: ObjectChecksum.Algorithm) async throws {
        let name = "x-amz-checksum-\(algorithm.rawValue.lowercased())"
        let value = Self.composite(algorithm)
        let good = try StoreBench(Self.file, faults: [.objectField(name, value)] + Self.parts())
        #expect(try await good.fetch().state == .completed)
        #expect(try arrivedIntact(good))
        #expect(good.heads.map(\.target) == ["", "?partNumber=1", "?partNumber=3"].map { StoreBench.path + $0 })

        let other = Self.base64([UInt8](repeating: 7, count: algorithm.length)) + "-3"
        let bad = try StoreBench(Self.file, faults: [.objectField(name, other)] + Self.parts())
        let refused = try await bad.fetch()
        #expect(refused.error?.code == .digestMismatch)
        #expect(refused.error?.detail.description.contains("over 3 parts of 250000 bytes") == true)
    }

    @Test func aByteThatWasDamagedOnItsWayIsNoticed() async throws {
        let faults = [
            Fault.objectField("x-amz-checksum-sha256", Self.composite(.sha256)), Fault(.hasRange, .damage(at: 400_000)),
        ]
        let bench = try StoreBench(Self.file, faults: faults + Self.parts())
        #expect(try await bench.fetch().error?.code == .digestMismatch)
    }

    /// In parts of 64 KiB, which are the chunks.
    @Test(arguments: [false, true])
    func partsAreComparedAsTheyArrive(isDamaged: Bool) async throws {
        let partSize: Int64 = 64 << 10
        let parts = stride(from: 0, to: Self.file.size, by: Int(partSize)).map { start in
            Self.value(.sha256, Self.file.bytes(start..<min(start + partSize, Self.file.size)))
        }
        let value = Self.base64(Self.value(.sha256, parts.flatMap { $0 })) + "-\(parts.count)"
        let last = partSize * Int64(parts.count - 1)
        var faults: [Fault] = [
            .objectField("x-amz-checksum-sha256", value),
            .part(2, 0...(partSize - 1), of: Self.file.size, count: parts.count),
            .part(3, last...(Self.file.size - 1), of: Self.file.size, count: parts.count),
            .init(.request(6), .reset(after: 100_000)),
        ]
        if isDamaged { faults.append(.init(.hasRange, .damage(at: 400_000))) }
        let bench = try StoreBench(Self.file, faults: faults)
        defer { bench.server.stop() }
        var options = EngineBench.quickOptions
        options.chunkSize = nil
        let result = try await bench.bench.fetch(StoreBench.address, to: "out", options: options)
        #expect(result.chunksTotal == parts.count)
        if isDamaged {
            #expect(result.error?.code == .digestMismatch)
        } else {
            #expect(result.state == .completed)
            #expect(try arrivedIntact(bench))
        }
    }

    @Test func withoutAnyChecksumTheTransferGoesOn() async throws {
        let odd = Fault.objectField("x-amz-checksum-sha256", Self.composite(.sha256))
        let bench = try StoreBench(Self.file, faults: [odd, .refusal(2, 400, "InvalidPartNumber")])
        #expect(try await bench.fetch().state == .completed)
        #expect(try arrivedIntact(bench))
    }

    @Test func theUsersDigestIsComparedInTheSamePass() async throws {
        let crc = Fault.objectField("x-amz-checksum-crc32", Self.base64(Self.value(.crc32)))
        let bench = try StoreBench(Self.file, faults: [crc])
        defer { bench.server.stop() }
        var options = EngineBench.quickOptions
        options.sha256 = Self.value(.sha256).map { String(format: "%02x", $0) }.joined()
        let result = try await bench.bench.fetch(StoreBench.address, to: "out", options: options)
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
    }

    // MARK: Several runs

    @Test func aSecondRunGoesOnWithoutAsking() async throws {
        let crc = Fault.objectField("x-amz-checksum-crc64nvme", Self.base64(Self.value(.crc64nvme)))
        let bench = try StoreBench(Self.file, faults: [crc, .init(.always, .slowBody(bytesPerSecond: 200_000))])
        defer { bench.server.stop() }
        try await onOwnThread {
            let engine = try bench.bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.bench.wish(StoreBench.address, to: "out")]))
            _ = try engine.wait("a third is safe") { $0.transfers.first?.bytesDone ?? 0 > 200_000 }
        }
        let before = bench.server.requests.count
        bench.server.setFaults([])
        let result = try await onOwnThread {
            let engine = try bench.bench.engine(seed: 2)
            defer { engine.stop() }
            return try #require(try engine.wait("everything ended") { $0.isIdle }.transfers.first)
        }
        #expect(result.state == .completed)
        #expect(result.explanation?.description.hasPrefix("ETag unchanged, ") == true)
        #expect(try arrivedIntact(bench))
        let second = bench.server.requests.dropFirst(before)
        #expect(second.allSatisfy { $0.method == "GET" && $0["If-Match"] == "\"v1\"" })
    }

    @Test func anObjectThatWasReplacedStartsOver() async throws {
        let change = Fault(.fromRequest(4), .version2(.otherContent))
        let bench = try StoreBench(Self.file, faults: [change])
        let result = try await bench.fetch()
        #expect(result.state == .completed)
        #expect(result.explanation?.description.contains("starting over from 0") == true)
        let second = try #require(ServedFile("", .pattern(Self.file)).version2(.otherContent).pattern)
        #expect(try second.firstDifference(fromFileAt: bench.bench.folder.path("out")) == nil)
        #expect(bench.heads.count == 2)
    }

    @Test func damagedChunksAreFetchedAgain() async throws {
        let crc = Fault.objectField("x-amz-checksum-crc64nvme", Self.base64(Self.value(.crc64nvme)))
        let bench = try StoreBench(Self.file, faults: [crc])
        defer { bench.server.stop() }
        let before = try await onOwnThread {
            let engine = try bench.bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.bench.wish(StoreBench.address, to: "out")]))
            let done = try engine.wait("it is there") { $0.commandsTaken >= 1 && $0.isIdle }
            let count = bench.server.requests.count
            let descriptor = open(bench.bench.folder.path("out"), O_WRONLY | O_CLOEXEC)
            pwrite(descriptor, [0xEE, 0xEE], 2, 300_000)
            close(descriptor)
            engine.send(.verify([try #require(done.transfers.first).id]))
            let last = try engine.wait("it is there again") { $0.commandsTaken >= 2 && $0.isIdle }
            #expect(last.transfers.first?.state == .completed)
            return count
        }
        #expect(try arrivedIntact(bench))
        let again = bench.server.requests.dropFirst(before)
        #expect(again.map(\.range) == ["bytes=262144-327679"])
    }
}
