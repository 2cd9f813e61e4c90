import TransferCore

/// Compares bytes that were fetched once more with those on disk, where no validator guards a resume.
enum OverlapComparison {
    /// - Parameters:
    ///   - buffer: Holds the answer from its first byte on.
    ///   - start: Where the answer begins in the file, in bytes.
    static func outcome(
        _ buffer: PooledBuffer, _ report: RequestReport, _ session: PartSession?, _ start: Int64
    ) -> RequestReport.Outcome {
        guard report.outcome == .completed, let session else { return report.outcome }
        let count = Int(report.receivedEnd - start)
        var onDisk = [UInt8](repeating: 0, count: count)
        do throws(TransferError) {
            let read = try session.file.read(count, at: start, into: &onDisk)
            let isSame = onDisk.withUnsafeBytes { $0.elementsEqual(buffer.bytes[..<count]) }
            if read == count, isSame { return .completed }
            let error = TransferError(.remoteChanged, "the remote file has changed: an overlap differs")
            return .failed(error, retryAfter: nil, nil)
        } catch {
            return .failed(error, retryAfter: nil, nil)
        }
    }
}
