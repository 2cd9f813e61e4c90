import Foundation
import TransferCore

/// A local file to be sent, and the name it gets.
struct LocalFile {
    /// Absolute.
    var path: String
    /// Of a file in a folder that is sent as a whole: its path in there.
    var name: String
    /// Whether it was found in a folder that is sent as a whole.
    var isInFolder: Bool

    /// The file at `path`, or every file below it in order of their names. Links to files are followed, links to
    /// folders are not: they could lead round in a circle. What cannot be sent is added to `leftOut`.
    ///
    /// - Throws: `UsageError` if there is nothing, nothing that can be sent, or a folder that cannot be read.
    static func files(at path: String, leftOut: inout [String]) throws -> [LocalFile] {
        let full = Paths.absolute(path)
        guard Paths.isFolder(full) else {
            try checkThatItIsAFile(path)
            return [LocalFile(path: full, name: URL(filePath: full).lastPathComponent, isInFolder: false)]
        }
        var files: [LocalFile] = []
        try add(below: full.hasSuffix("/") ? full : full + "/", prefix: "", to: &files, leftOut: &leftOut)
        return files
    }

    /// - Throws: `UsageError` if the path is not that of a file that can be sent.
    static func checkThatItIsAFile(_ path: String) throws {
        let full = Paths.absolute(path)
        guard !path.hasSuffix("/"), Paths.isPlainFile(full) else {
            throw UsageError(Paths.exists(full) ? "\(path) is not a plain file" : "there is no file \(path)")
        }
    }

    private static func add(
        below folder: String, prefix: String, to files: inout [LocalFile], leftOut: inout [String]
    ) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw UsageError("cannot read the folder \(folder)")
        }
        for name in names.sorted() {
            let path = folder + name
            if Paths.isPlainFile(path) {
                files.append(LocalFile(path: path, name: prefix + name, isInFolder: true))
            } else if Paths.isFolder(path), !Paths.isLink(path) {
                try add(below: path + "/", prefix: prefix + name + "/", to: &files, leftOut: &leftOut)
            } else if name.unicodeScalars.contains("\u{FFFD}") {
                leftOut.append("\(path): its name is not UTF-8")
            } else {
                leftOut.append("\(path): not a plain file")
            }
        }
    }
}
