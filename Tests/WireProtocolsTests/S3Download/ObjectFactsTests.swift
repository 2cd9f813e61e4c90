import Testing
import TransferCore
import WireProtocols

/// Which checksum of an object is believed.
@Suite struct ObjectFactsTests {
    private static let composite = [
        "x-amz-checksum-sha256": StoreDownload.sha256 + "-3", "x-amz-checksum-type": "COMPOSITE",
    ]

    private func checksum(_ answers: [(Int, [(String, String)])]) throws -> ObjectChecksum? {
        var download = try StoreDownload()
        let facts = download.facts(answers)
        return try #require(facts).checksum
    }

    @Test(arguments: [
        ("x-amz-checksum-sha256", StoreDownload.sha256, "SHA256:" + StoreDownload.hex),
        ("x-amz-checksum-sha1", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "SHA1:a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("x-amz-checksum-crc32", "y/Q5Jg==", "CRC32:cbf43926"),
        ("x-amz-checksum-crc32c", "4waSgw==", "CRC32C:e3069283"),
        ("x-amz-checksum-crc64nvme", "rosUhgp5mIg=", "CRC64NVME:ae8b14860a799888"),
    ])
    func aChecksumOfTheWholeObjectIsTaken(_ field: String, _ value: String, _ text: String) throws {
        // With a type as from AWS, whatever the ETag, and without one as of an object that was sent in one piece.
        let typed = StoreDownload.object([field: value, "x-amz-checksum-type": "FULL_OBJECT"])
        #expect(try checksum([typed])?.text == text)
        var untyped = try StoreDownload()
        let step = untyped.next()
        #expect(step.isQuestion)
        _ = untyped.answer(200, [(field, value), ("Content-Length", "2500"), ("ETag", "\"v1\"")])
        let verdict = untyped.judge(206, [("Content-Range", "bytes 0-999/2500"), ("ETag", "\"v1\"")])
        #expect(verdict.facts?.checksum?.text == text)
    }

    @Test func withoutATypeTheTagOfPartsForbidsIt() throws {
        #expect(try checksum([StoreDownload.object(["x-amz-checksum-sha256": StoreDownload.sha256])]) == nil)
    }

    @Test func ofSeveralTheStrongestIsTaken() throws {
        let fields = [
            "x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-checksum-sha256": StoreDownload.sha256,
            "x-amz-checksum-type": "FULL_OBJECT",
        ]
        #expect(try checksum([StoreDownload.object(fields)])?.algorithm == .sha256)
    }

    @Test func aCompositeOneNeedsEqualParts() throws {
        let answers = [
            StoreDownload.object(Self.composite), StoreDownload.part(0, 999), StoreDownload.part(2000, 2499),
        ]
        let expected = ObjectChecksum(
            algorithm: .sha256, value: StoreDownload.hex, parts: ObjectChecksum.Parts(size: 1000, count: 3))
        #expect(try checksum(answers) == expected)
    }

    @Test func twoPartsOrOneAreKnownFromTheFirst() throws {
        let two = ["x-amz-checksum-sha256": StoreDownload.sha256 + "-2"]
        let parts = try checksum([StoreDownload.object(two), StoreDownload.part(0, 1999, count: nil)])?.parts
        #expect(parts == ObjectChecksum.Parts(size: 2000, count: 2))
        let one = ["x-amz-checksum-sha256": StoreDownload.sha256 + "-1"]
        let part = try checksum([StoreDownload.object(one), StoreDownload.part(0, 2499, count: "1")])?.parts
        #expect(part == ObjectChecksum.Parts(size: 2500, count: 1))
    }

    @Test func aStoreMayTellTheLengthOfAPartOnly() throws {
        func part(_ length: Int) -> (Int, [(String, String)]) {
            (200, [("Content-Length", String(length)), ("ETag", StoreDownload.tag)])
        }
        let parts = try checksum([StoreDownload.object(Self.composite), part(1000), part(500)])?.parts
        #expect(parts == ObjectChecksum.Parts(size: 1000, count: 3))
    }

    private static let oddFirstParts: [(Int, [(String, String)])] = [
        (404, []), (403, []), (500, []), (206, []),
        // Of another object, or of another one by now.
        StoreDownload.part(0, 999, tag: "\"other\""), StoreDownload.part(0, 999, total: 2600),
        // That many parts of that size do not make the object.
        StoreDownload.part(0, 799), StoreDownload.part(0, 1299), StoreDownload.part(0, 999, count: "4"),
        StoreDownload.part(1, 1000), StoreDownload.part(0, 2499, count: "1"),
        (200, [("Content-Length", "0"), ("ETag", StoreDownload.tag)]),
        (200, [("Content-Length", "2501"), ("ETag", StoreDownload.tag)]),
        (206, [("Content-Range", "bytes 0-x/2500"), ("ETag", StoreDownload.tag)]),
    ]

    @Test(arguments: oddFirstParts)
    func anOddFirstPartLeavesNoChecksum(_ status: Int, _ fields: [(String, String)]) throws {
        #expect(try checksum([StoreDownload.object(Self.composite), (status, fields)]) == nil)
    }

    @Test(arguments: [StoreDownload.part(1999, 2499), StoreDownload.part(2000, 2498, tag: "\"other\""), (404, [])])
    func anOddLastPartLeavesNoChecksum(_ status: Int, _ fields: [(String, String)]) throws {
        let answers = [StoreDownload.object(Self.composite), StoreDownload.part(0, 999), (status, fields)]
        #expect(try checksum(answers) == nil)
    }

    @Test func partsOfManySizesLeaveNoChecksum() throws {
        // 900, 1100 and 500 bytes: as many as equal ones would be.
        let answers = [
            StoreDownload.object(Self.composite), StoreDownload.part(0, 899), StoreDownload.part(2000, 2499),
        ]
        #expect(try checksum(answers) == nil)
    }

    @Test func aCompositeOneWithoutAnyCountIsNotTaken() throws {
        let fields = ["x-amz-checksum-sha256": StoreDownload.sha256, "x-amz-checksum-type": "COMPOSITE"]
        #expect(try checksum([StoreDownload.object(fields), StoreDownload.part(0, 999, count: nil)]) == nil)
        let answers = [StoreDownload.object(fields), StoreDownload.part(0, 999), StoreDownload.part(2000, 2499)]
        #expect(try checksum(answers)?.parts?.count == 3)
    }

    @Test(arguments: [
        "x", "", StoreDownload.sha256 + "-0", StoreDownload.sha256 + "-x", StoreDownload.sha256 + "-10001", "AAAA-3",
    ])
    func aBrokenValueIsNotTaken(_ value: String) throws {
        #expect(try checksum([StoreDownload.object(["x-amz-checksum-sha256": value])]) == nil)
    }

    @Test func aCompositeOfTheChecksumThatHasNoneIsNotTaken() throws {
        let fields = ["x-amz-checksum-crc64nvme": "rosUhgp5mIg=-3"]
        #expect(try checksum([StoreDownload.object(fields)]) == nil)
    }

    @Test func whatTheQuestionToldOfAnotherVersionIsDropped() throws {
        var download = try StoreDownload()
        _ = download.next()
        let fields = ["x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-checksum-type": "FULL_OBJECT"]
        _ = download.answer(200, StoreDownload.object(fields).1)
        for (total, tag) in [("2501", StoreDownload.tag), ("2500", "\"v2\"")] {
            let verdict = download.judge(206, [("Content-Range", "bytes 0-999/\(total)"), ("ETag", tag)])
            #expect(verdict.range == ByteRange(0, 1000))
            #expect(verdict.facts?.checksum == nil)
        }
    }
}
