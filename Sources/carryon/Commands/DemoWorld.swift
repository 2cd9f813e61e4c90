import Crypto
import Foundation
import Glibc
import TransferCore

/// The temporary folder of the demo and what is in it.
struct DemoWorld {
    let folder: String
    var state: String { folder + "/state" }
    /// The data folder of the server.
    var server: String { folder + "/server" }
    /// Where the server keeps finished files.
    private var served: String { server + "/files" }
    private var downloads: String { folder + "/downloads" }
    private var uploads: String { folder + "/uploads" }

    private typealias Sample = (name: String, mebibytes: Int)
    private static let downloadSamples: [Sample] = [
        ("field-recordings.tar", 128), ("star-catalogue.parquet", 80), ("city-map.osm.pbf", 48),
    ]
    private static let uploadSamples: [Sample] = [("wedding-video.mkv", 112), ("family-photos.zip", 64)]

    init() throws {
        let template = FileManager.default.temporaryDirectory.path + "/carryon-demo-XXXXXX"
        var path = Array(template.utf8CString)
        guard mkdtemp(&path) != nil else {
            throw Failure("cannot make a temporary folder in \(FileManager.default.temporaryDirectory.path)")
        }
        folder = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for path in [served, downloads, uploads] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    /// Fills the sample files with random bytes, so that nothing can be guessed.
    func makeSamples() throws {
        let source = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw Failure("cannot read /dev/urandom") }
        defer { close(source) }
        for sample in Self.downloadSamples { try make(served + "/" + sample.name, sample.mebibytes, source) }
        for sample in Self.uploadSamples { try make(uploads + "/" + sample.name, sample.mebibytes, source) }
    }

    private func make(_ path: String, _ mebibytes: Int, _ source: Int32) throws {
        var block = [UInt8](repeating: 0, count: 1 << 20)
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure("cannot write \(path)") }
        defer { close(file) }
        for _ in 0..<mebibytes {
            guard read(source, &block, block.count) == block.count, write(file, block, block.count) == block.count
            else { throw Failure("cannot write \(path): is the disk full?") }
        }
    }

    /// Downloads and uploads by turns.
    func wishes(port: Int) -> [NewTransfer] {
        let address = "http://127.0.0.1:\(port)/files/"
        var options = TransferOptions()
        options.connections = 5
        let down = Self.downloadSamples.map { sample in
            NewTransfer(
                direction: .download, source: address + sample.name, destination: downloads + "/", options: options)
        }
        options.connections = 4
        options.chunkSize = 1 << 20
        let up = Self.uploadSamples.map { sample in
            NewTransfer(
                direction: .upload, source: uploads + "/" + sample.name, destination: address + sample.name,
                options: options)
        }
        return [down[0], up[0], down[1], up[1], down[2]]
    }

    /// Whether the server's file of that name is what was sent.
    func hasArrived(_ name: String) -> Bool {
        guard let sent = digest(of: uploads + "/" + name) else { return false }
        return sent == digest(of: served + "/" + name)
    }

    private func digest(of path: String) -> SHA256.Digest? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        var hash = SHA256()
        while let piece = try? file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return hash.finalize()
    }

    func cleanUp() {
        try? FileManager.default.removeItem(atPath: folder)
    }
}
