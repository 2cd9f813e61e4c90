import Testing
import TransferCore

@testable import UploadServer

private let modified = "Tue, 15 Nov 1994 12:45:26 GMT"
private let earlier = "Tue, 15 Nov 1994 12:45:25 GMT"
private let later = "Tue, 15 Nov 1994 12:45:27 GMT"
private let modifiedTime = WallTime(milliseconds: 784_903_526_000)

private func current(now: Int64 = 784_903_600_000) -> Conditions.Current {
    Conditions.Current(
        entityTag: EntityTag(opaque: "\"a,b\"", isWeak: false), lastModified: modifiedTime,
        now: WallTime(milliseconds: now))
}

@Suite struct ConditionsTests {
    @Test(
        arguments: [
            (Conditions(), .proceed),
            (Conditions(ifMatch: "*"), .proceed), (Conditions(ifMatch: "\"a,b\""), .proceed),
            (Conditions(ifMatch: "\"x\", \"a,b\""), .proceed), (Conditions(ifMatch: "\"x\""), .failed),
            (Conditions(ifMatch: "W/\"a,b\""), .failed), (Conditions(ifMatch: "\"a\",\"b\""), .failed),
            (Conditions(ifMatch: ""), .failed),
            (Conditions(ifUnmodifiedSince: modified), .proceed), (Conditions(ifUnmodifiedSince: later), .proceed),
            (Conditions(ifUnmodifiedSince: earlier), .failed), (Conditions(ifUnmodifiedSince: "nonsense"), .proceed),
            // If-Match takes the place of If-Unmodified-Since.
            (Conditions(ifMatch: "\"a,b\"", ifUnmodifiedSince: earlier), .proceed),
            (Conditions(ifNoneMatch: "\"a,b\""), .notModified), (Conditions(ifNoneMatch: "W/\"a,b\""), .notModified),
            (Conditions(ifNoneMatch: "*"), .notModified), (Conditions(ifNoneMatch: "\"x\""), .proceed),
            (Conditions(ifModifiedSince: modified), .notModified), (Conditions(ifModifiedSince: later), .notModified),
            (Conditions(ifModifiedSince: earlier), .proceed),
            // If-None-Match takes the place of If-Modified-Since.
            (Conditions(ifNoneMatch: "\"x\"", ifModifiedSince: modified), .proceed),
            (Conditions(ifMatch: "\"x\"", ifNoneMatch: "\"a,b\""), .failed),
            (Conditions(ifMatch: "\"a,b\"", ifNoneMatch: "\"a,b\""), .notModified),
        ] as [(Conditions, Conditions.Outcome)])
    func outcome(conditions: Conditions, expected: Conditions.Outcome) {
        #expect(conditions.evaluate(current()) == expected)
    }

    @Test(
        arguments: [
            (nil, true), ("\"a,b\"", true), ("W/\"a,b\"", false), ("\"x\"", false), (modified, true), (earlier, false),
            (later, false), ("nonsense", false),
        ] as [(String?, Bool)])
    func ifRange(field: String?, expected: Bool) {
        #expect(Conditions(ifRange: field).rangeHolds(current()) == expected)
    }

    @Test func aDateIsWeakInItsOwnSecond() {
        let conditions = Conditions(ifRange: modified)
        #expect(!conditions.rangeHolds(current(now: 784_903_526_999)))
        #expect(conditions.rangeHolds(current(now: 784_903_527_000)))
    }

    @Test(
        arguments: [
            ("sha-256=10", true), ("sha-512=3, sha-256=1", true), ("sha-256=0", false), ("sha-256", false),
            ("sha-512=3", false), ("sha-256=11", false), ("", false), (nil, false), ("sha-256=5, sha-256=0", false),
        ] as [(String?, Bool)])
    func digestPreferences(field: String?, expected: Bool) {
        #expect(DigestPreference.wantsSHA256(field) == expected)
    }
}
