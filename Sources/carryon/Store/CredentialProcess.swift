import Glibc
import TransferCore
import TransferEngine

/// Runs the program that prints credentials (AWS SDKs and Tools Reference Guide, "Process credential provider").
///
/// What it prints is a secret and goes to nobody but the caller; of what it says on standard error, the first line is
/// told when it fails.
enum CredentialProcess {
    /// The longest output that is read, in bytes.
    private static let longestOutput = 1 << 20
    /// How often a running program is looked at, in milliseconds.
    private static let tick: Int32 = 20
    /// How long the outputs are read on once the program has ended: somebody else may hold them open for ever, such as
    /// an agent that it has started.
    private static let afterglow: Duration = .milliseconds(200)

    /// - Parameters:
    ///   - command: A line for the shell, as the AWS SDKs take it.
    ///   - limit: When the program is killed, with all that it has started and that is still of its group.
    ///   - interruption: Kills it likewise, within a tenth of a second.
    /// - Throws: ``TransferError/Code/noCredentials`` with the first line of its standard error, if it fails or takes too
    ///   long.
    static func output(
        of command: String, environment: [String: String], limit: Duration = .seconds(60),
        interruption: Interruption = Interruption()
    ) throws(TransferError) -> [UInt8] {
        let deadline = ContinuousClock.now + limit
        let program: ShellProgram
        do {
            program = try ShellProgram(command, environment: environment)
        } catch {
            throw TransferError(
                .noCredentials, "credential_process cannot be started: \(String(cString: strerror(error.code)))")
        }
        var (output, complaint) = (Stream(program.output), Stream(program.errors))
        var end: ShellProgram.End?
        var readUntil = deadline
        while end == nil || !(output.isAtEnd && complaint.isAtEnd) {
            if end == nil {
                end = program.poll()
                if end != nil { readUntil = min(deadline, .now + afterglow) }
            }
            guard .now < readUntil, !interruption.isInterrupted else { break }
            if output.isAtEnd && complaint.isAtEnd {
                if end == nil { poll(nil, 0, tick) }
            } else {
                read(&output, &complaint)
            }
        }
        switch end {
        case nil:
            program.kill()
            guard interruption.isInterrupted else {
                throw TransferError(
                    .noCredentials, "credential_process took more than \(limit.components.seconds) s and was stopped")
            }
            throw TransferError(.noCredentials, "credential_process was stopped")
        case .status(0): return output.bytes
        case .status(let status): throw failure("ended with status \(status)", complaint.bytes)
        case .signal(let signal): throw failure("was ended by signal \(signal)", complaint.bytes)
        }
    }

    private struct Stream {
        let descriptor: Int32
        var bytes: [UInt8] = []
        var isAtEnd = false

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
        }

        var asPoll: pollfd { pollfd(fd: isAtEnd ? -1 : descriptor, events: Int16(POLLIN), revents: 0) }

        /// Takes what is there; what is beyond the limit is read and forgotten, so that the program does not hang.
        mutating func take() {
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { return }
            isAtEnd = count <= 0
            bytes.append(contentsOf: buffer.prefix(max(0, min(count, longestOutput + 1 - bytes.count))))
        }
    }

    /// Reads what there is, or waits a little.
    private static func read(_ output: inout Stream, _ complaint: inout Stream) {
        var waiting = [output.asPoll, complaint.asPoll]
        guard poll(&waiting, nfds_t(waiting.count), tick) > 0 else { return }
        if waiting[0].revents != 0 { output.take() }
        if waiting[1].revents != 0 { complaint.take() }
    }

    private static func failure(_ ending: String, _ errors: [UInt8]) -> TransferError {
        let complaint = Complaint.text(of: errors)
        return TransferError(
            .noCredentials, "credential_process \(ending)" + (complaint.isEmpty ? "" : ": \(complaint)"))
    }
}
