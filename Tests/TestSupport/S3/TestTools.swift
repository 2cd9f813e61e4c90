import Foundation
import Glibc

/// The programs that `Tests/prepare` installs, below the package's root.
public enum TestTools {
    /// The path of a program; throws with the remedy if it is not there.
    public static func find(_ name: String) throws -> String {
        let path = root.appending(path: ".build/tools/bin/\(name)").path
        guard access(path, X_OK) == 0 else {
            throw ProgramFailure(description: "\(path) is missing, and these tests need it: run Tests/prepare")
        }
        return path
    }

    /// The path of a Python program of this folder.
    static func script(_ name: String) -> String {
        root.appending(path: "Tests/TestSupport/Python/\(name)").path
    }

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
