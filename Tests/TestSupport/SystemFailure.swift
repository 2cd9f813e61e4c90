import Glibc

/// A system call of a test's own scaffolding that failed.
public struct SystemFailure: Error, CustomStringConvertible {
    public let description: String

    /// Describes `action` with the text of `code`, by default the current `errno`.
    public init(_ action: String, code: Int32 = errno) {
        description = "\(action): \(String(cString: strerror(code)))"
    }
}

/// An open file that closes itself.
final class FileHandleBox {
    let descriptor: Int32

    init(_ path: String, _ flags: Int32) throws {
        descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw SystemFailure("open \(path)") }
    }

    deinit { close(descriptor) }
}
