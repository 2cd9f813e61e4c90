import TransferCore
import WireProtocols

/// Where the objects below a prefix go: each to the path that its key has there.
///
/// A key may be anything; what cannot be the path of a file here, or would be outside the folder, is left out.
struct ObjectTree {
    /// Keys and absolute paths, in the order of the list.
    private(set) var files: [(key: String, path: String)] = []
    /// The folders that the files need, absolute, with a slash at the end; each before those in it.
    private(set) var folders: [String] = []
    /// Keys of objects that cannot be files here, each with the reason, for people.
    private(set) var leftOut: [(key: String, reason: String)] = []

    /// The longest path and the longest name in it, in bytes: what Linux permits, less the `.part` of an unfinished file.
    private static let longestPath = 4095 - 5
    private static let longestName = 255 - 5

    /// Compared byte by byte: to Swift, two ways to write an é are one string, but they are two keys and two files.
    private struct Path: Hashable, Comparable {
        let bytes: [UInt8]

        init(_ bytes: some Sequence<UInt8>) {
            self.bytes = Array(bytes)
        }

        var text: String { String(decoding: bytes, as: UTF8.self) }

        static func < (left: Path, right: Path) -> Bool {
            left.bytes.lexicographicallyPrecedes(right.bytes)
        }
    }

    /// - Parameters:
    ///   - objects: In any order; folder markers, which are empty and end in a slash, are passed over.
    ///   - location: The prefix.
    ///   - folder: An absolute path that ends in a slash.
    init(_ objects: [S3Object], below location: S3Location, in folder: String) {
        var found: [(key: String, relative: String)] = []
        var folders: Set<Path> = []
        var seen: Set<Path> = []
        for object in objects {
            let isMarker = object.size == 0 && object.key.utf8.last == UInt8(ascii: "/")
            // A list that changes while it is read may name a key twice.
            guard !isMarker, seen.insert(Path(object.key.utf8)).inserted else { continue }
            guard let relative = location.relativePath(of: object.key) else {
                leftOut.append((object.key, "it is not below \(location.text)"))
                continue
            }
            if let reason = Self.flaw(of: relative, in: folder) {
                leftOut.append((object.key, reason))
                continue
            }
            found.append((object.key, relative))
            Self.addFolders(of: relative, to: &folders)
        }
        for (key, relative) in found {
            if folders.contains(Path(relative.utf8)) {
                leftOut.append((key, "other objects are below that name, which makes it a folder here"))
            } else {
                files.append((key, folder + relative))
            }
        }
        if !files.isEmpty { self.folders = [folder] }
        self.folders += folders.sorted().map { folder + $0.text + "/" }
    }

    /// Why that cannot be the path of a file in the folder; `nil` if it can.
    private static func flaw(of relative: String, in folder: String) -> String? {
        for segment in relative.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if segment.isEmpty { return "a file's path has no empty name between slashes or at its end" }
            if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
                return "no file can be called \(Substring(segment))"
            }
            if segment.count > longestName { return "a file's name may have \(longestName) bytes at most" }
        }
        if relative.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "its name holds a control character"
        }
        guard folder.utf8.count + relative.utf8.count <= longestPath else {
            return "a file's path may have \(longestPath) bytes at most"
        }
        return nil
    }

    /// Adds every folder on the way to a file.
    private static func addFolders(of relative: String, to folders: inout Set<Path>) {
        let bytes = relative.utf8
        var end = bytes.lastIndex(of: UInt8(ascii: "/"))
        while let slash = end, folders.insert(Path(bytes[..<slash])).inserted {
            end = bytes[..<slash].lastIndex(of: UInt8(ascii: "/"))
        }
    }
}
