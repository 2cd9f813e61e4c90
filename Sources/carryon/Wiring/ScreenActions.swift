import CursesTerminal
import Dispatch
import Foundation
import TerminalUI
import TransferCore

/// Adds to the queue of a running engine what is typed on the screen.
final class ScreenActions: ScreenHost {
    private let client: any EngineClient
    private let settings: Settings
    /// One after the other, so that no more than one store is asked at a time.
    private let queue = DispatchQueue(label: "add")

    /// The most ways a path is said to go on.
    private static let mostCompletions = 200

    init(_ client: any EngineClient, settings: Settings) {
        self.client = client
        self.settings = settings
    }

    func add(_ arguments: [String], reply: @escaping @Sendable (AddReply) -> Void) {
        queue.async { [self] in
            do {
                let expanded = arguments.map(Self.expanded)
                var wishes = try TransferOptionGroup.parse([]).wishes(
                    expanded, settings, downloadFolder: settings.downloadFolder)
                wishes.makeFolders()
                client.send(.add(wishes.transfers))
                let leftOut = wishes.leftOut.isEmpty ? nil : SafeText(wishes.leftOut.joined(separator: "; "))
                reply(.added(wishes.transfers.count, leftOut: leftOut))
            } catch let error as UsageError {
                reply(.refused(SafeText(error.sentence)))
            } catch let error as TransferError {
                reply(.refused(SafeText(error.sentence)))
            } catch {
                reply(.refused(SafeText(String(describing: error))))
            }
        }
    }

    func complete(_ path: String, reply: @escaping @Sendable (AddReply) -> Void) {
        queue.async { reply(.completions(Self.completions(of: path))) }
    }

    /// What is in the folder of an unfinished path and begins as its last part does; folders with a slash at the end.
    static func completions(of path: String) -> [String] {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let (folder, beginning) = (String(path[..<slash]), path[slash...])
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : expanded(folder))) ?? []
        return names.filter { name in
            // What is hidden is meant only if that is typed.
            name.hasPrefix(beginning) && (!name.hasPrefix(".") || beginning.hasPrefix("."))
        }.sorted().prefix(mostCompletions).map { name in
            folder + name + (Paths.isFolder(expanded(folder + name)) ? "/" : "")
        }
    }

    /// As a shell would pass it on.
    private static func expanded(_ path: String) -> String {
        path == "~" || path.hasPrefix("~/") ? NSHomeDirectory() + path.dropFirst() : path
    }
}
