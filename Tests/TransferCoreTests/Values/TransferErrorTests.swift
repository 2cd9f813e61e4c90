import Testing
import TransferCore

@Suite struct TransferErrorTests {
    /// The table of the design, by its rows.
    private static let table: [(TransferError.Disposition, [TransferError.Code])] = [
        (
            .retry,
            [
                .cannotResolve, .cannotConnect, .connectionLost, .timedOut, .stalled, .shortBody, .serverBusy,
                .serverError, .digestMismatchOfChunk, .badResponse, .locked,
            ]
        ),
        (
            .reconcile,
            [
                .remoteChanged, .rangeIgnored, .rangeNotSatisfiable, .partLost, .uploadLost, .chunkConflict,
                .incomplete, .remoteConflict,
            ]
        ),
        (
            .needsUser,
            [
                .unauthorized, .noCredentials, .forbidden, .proxyAuthentication, .certificate, .diskFull,
                .permissionDenied, .nameTaken,
                .partTaken, .folderMissing, .fileFailure, .digestMismatch, .tooManyAttempts,
                .sourceChanged, .sourceMissing, .sourceUnreadable, .remoteNameTaken, .remoteFull, .uploadMismatch,
                .digestOutdated, .abortFailed,
                .chunkTooLarge,
            ]
        ),
        (.fatal, [.notFound, .gone, .refused, .redirectRefused, .malformed, .unsupported, .tooLarge]),
    ]

    @Test func everyCodeHasItsDisposition() {
        for (disposition, codes) in Self.table {
            for code in codes { #expect(TransferError(code, "").disposition == disposition) }
        }
        #expect(Set(Self.table.flatMap(\.1)) == Set(TransferError.Code.allCases))
    }

    @Test(arguments: TransferError.Code.allCases)
    func whoeverIsAskedIsToldWhatToDo(_ code: TransferError.Code) {
        if code.disposition == .needsUser { #expect(code.remedy?.isEmpty == false) }
    }

    @Test func rawValuesAreStable() {
        #expect(Set(TransferError.Code.allCases.map(\.rawValue)).count == TransferError.Code.allCases.count)
        #expect(TransferError.Code(rawValue: "chunk-digest-mismatch") == .digestMismatchOfChunk)
        #expect(TransferError.Code(rawValue: "remote-changed") == .remoteChanged)
        #expect(TransferError.Code(rawValue: "name-taken") == .nameTaken)
    }

    @Test func detailsAreSafeToShow() {
        #expect(TransferError(.badResponse, "\u{1B}[2J").detail.description == "\\x1b[2J")
    }
}
