import Foundation
import Glibc
import Synchronization
import TransferCore

/// Runs the program that prints credentials (AWS SDKs and Tools Reference Guide, "Process credential provider").
///
/// What it prints is a secret and goes to nobody but the caller; what it says on standard error is told when it fails.
enum CredentialProcess {
    /// The longest output that is read, in bytes.
    private static let longestOutput = 1 << 20
    /// The longest piece of standard error that is shown, in characters.
    private static let longestComplaint = 300

    /// - Parameters:
    ///   - command: A line for the shell, as the AWS SDKs take it.
    ///   - limit: When the program is killed.
    /// - Throws: ``TransferError/Code/unauthorized`` with the end of its standard error, if it fails or takes too long.
    static func output(
        of command: String, environment: [String: String], limit: Duration = .seconds(60)
    ) throws(TransferError) -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let end = OneTime<Void>()
        process.terminationHandler = { _ in end.settle(()) }
        do {
            try process.run()
        } catch {
            throw TransferError(.unauthorized, "credential_process cannot be started: \(error.localizedDescription)")
        }
        // This process's copies, or the pipes would never end.
        try? output.fileHandleForWriting.close()
        try? errors.fileHandleForWriting.close()

        let deadline = ContinuousClock.now + limit
        var streams = [Stream(output.fileHandleForReading), Stream(errors.fileHandleForReading)]
        let isInTime = read(&streams, until: deadline) && end.wait(until: deadline) != nil
        guard isInTime else {
            kill(process.processIdentifier, SIGKILL)
            throw TransferError(
                .unauthorized, "credential_process took more than \(limit.components.seconds) s and was stopped")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw TransferError(.unauthorized, failure(process, streams[1].bytes))
        }
        return streams[0].bytes
    }

    private struct Stream {
        let handle: FileHandle
        var bytes: [UInt8] = []
        var isAtEnd = false

        init(_ handle: FileHandle) {
            self.handle = handle
        }

        /// Takes what is there; what is beyond the limit is read and forgotten, so that the program does not hang.
        mutating func take() {
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let count = Glibc.read(handle.fileDescriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { return }
            isAtEnd = count <= 0
            bytes.append(contentsOf: buffer.prefix(max(0, min(count, longestOutput + 1 - bytes.count))))
        }
    }

    /// Reads all streams to their ends. Returns whether that was in time.
    private static func read(_ streams: inout [Stream], until deadline: ContinuousClock.Instant) -> Bool {
        while streams.contains(where: { !$0.isAtEnd }) {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            var waiting = streams.map {
                pollfd(fd: $0.isAtEnd ? -1 : $0.handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&waiting, nfds_t(waiting.count), Int32(left.nanoseconds / 1_000_000 + 1)) > 0 else { continue }
            for index in streams.indices where waiting[index].revents != 0 { streams[index].take() }
        }
        return true
    }

    private static func failure(_ process: Process, _ errors: [UInt8]) -> String {
        let ending =
            process.terminationReason == .exit
            ? "ended with status \(process.terminationStatus)" : "was ended by signal \(process.terminationStatus)"
        let words = String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let complaint = words.isEmpty ? "" : ": " + (words.count > longestComplaint ? "…" : "")
        return "credential_process \(ending)\(complaint)\(words.suffix(longestComplaint))"
    }
}
