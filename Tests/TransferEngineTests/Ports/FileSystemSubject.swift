import Foundation
import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Which file system a conformance test runs against.
enum FileSystemKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, local

    var testDescription: String { rawValue }
}

/// A file system with an empty folder to work in.
struct FileSystemSubject: Sendable {
    let fileSystem: any FileSystem
    let folder: String
    private let temporary: TemporaryFolder?

    init(_ kind: FileSystemKind) throws {
        switch kind {
        case .memory:
            fileSystem = MemoryFileSystem(folders: ["/files"])
            folder = "/files"
            temporary = nil
        case .local:
            let temporary = try TemporaryFolder()
            fileSystem = LocalFileSystem()
            folder = temporary.path
            self.temporary = temporary
        }
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Puts a file there behind the file system's back.
    func put(_ bytes: [UInt8], _ name: String) throws {
        if let memory = fileSystem as? MemoryFileSystem {
            memory.put(bytes, at: path(name))
        } else {
            try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        }
    }

    /// Puts a symbolic link to `target` there.
    func putLink(_ name: String, to target: String) throws {
        if let memory = fileSystem as? MemoryFileSystem {
            memory.putLink(at: path(name))
        } else {
            try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: path(target))
        }
    }

    func content(_ name: String) throws -> [UInt8] {
        if let memory = fileSystem as? MemoryFileSystem { return try #require(memory.content(of: path(name))) }
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The names that are in the folder, sorted.
    func names() throws -> [String] {
        if let memory = fileSystem as? MemoryFileSystem {
            return memory.paths.map { String($0.dropFirst(folder.count + 1)) }
        }
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// A new file with a name.
    func createLinked(_ name: String, size: Int64?) throws -> any PartFile {
        let file = try fileSystem.createPart(at: path(name), size: size)
        if !file.isLinked { try file.link(at: path(name)) }
        return file
    }
}

/// Runs `body` and gives the code of what it throws.
func code(_ body: () throws(TransferError) -> Void) -> TransferError.Code? {
    do throws(TransferError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}

extension PartFile {
    func write(_ bytes: [UInt8], at offset: Int64) throws(TransferError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(TransferError) in try write(buffer, at: offset) }
        }
        try result.get()
    }

    /// What lies in a range of the file.
    func bytes(_ count: Int, at offset: Int64) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0xAA, count: count)
        let read = try read(count, at: offset, into: &buffer)
        return Array(buffer[..<read])
    }
}

/// Memory that begins on a page.
final class AlignedBytes: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ pattern: PatternFile, _ range: Range<Int64>) {
        bytes = .allocate(byteCount: range.count, alignment: Int(ChunkPlan.alignment))
        pattern.fill(bytes, at: range.lowerBound)
    }

    deinit { bytes.deallocate() }

    func write(to file: any PartFile, at offset: Int64) throws(TransferError) {
        try file.write(UnsafeRawBufferPointer(bytes), at: offset)
    }
}
