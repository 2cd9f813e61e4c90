import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("The address of an upload to an object store")
struct UploadAddressTextTests {
    @Test(
        "survives a restart, whatever key and upload id hold",
        arguments: [
            "k", "a/b c", "a?object", "k?uploadId=X&checksums=none", "100%", "%41", "//x/../.", "ä/日本", "a#b",
            "a&b=c+d",
            "tab\tline\n", "e\u{301}", "\u{301}x",
        ], [nil, "U", "a/b?c&d=e", "sha1_uuid", "ü%", "x=y&checksums=sha256"])
    func survives(key: String, id: String?) throws {
        let location = try S3Location(bucket: "my-bucket", key: key)
        for usesChecksums in [true, false] {
            let kind = id.map { S3UploadAddress.Kind.multipart(uploadID: $0, usesChecksums: usesChecksums) } ?? .object
            let address = S3UploadAddress(location, kind)
            #expect(S3UploadAddress(text: address.text) == address)
            #expect(address.text.utf8.starts(with: "s3://my-bucket/".utf8))
            #expect(address.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
    }

    @Test("has one form")
    func form() {
        #expect(Storing.multipart == "s3://bucket/dir/k?uploadId=U&checksums=sha256")
        #expect(Storing.generic == "s3://bucket/dir/k?uploadId=U&checksums=none")
        #expect(Storing.object == "s3://bucket/dir/k?object")
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "s3://bucket/k", "s3://bucket/k?", "s3://bucket/k?uploadId=U", "s3://bucket/k?uploadId=&checksums=none",
            "s3://bucket/k?uploadId=U&checksums=crc32", "s3://bucket/k?checksums=none&uploadId=U",
            "s3://bucket/k?uploadId=U&checksums=none&more=1", "s3://bucket/k?object#", "s3://bucket/k?OBJECT",
            "s3://bucket/a b?object", "s3://bucket/%6b?object", "s3://bucket/%ff?object", "s3://bucket/%2?object",
            "s3://bucket/k?uploadId=%55&checksums=none", "https://bucket/k?object", "s3:///k?object",
            "s3://bucket?object",
        ])
    func nothingElse(text: String) {
        #expect(S3UploadAddress(text: text) == nil)
    }

    @Test("without one there is nothing to go on with", arguments: [Storing.destination, "https://h/uploads/1"])
    func broken(address: String) {
        for task in [
            UploadOrder.Task.status(receipts: [:]), Storing.chunk(), .complete(sha256: nil, receipts: [:]), .abort,
        ] {
            var conversation = Storing.converse(task, address: address)
            #expect(conversation.run([]).failure == .malformed)
        }
    }

    @Test("a destination that names no object", arguments: ["s3://bucket", "s3://bucket/dir/", "s3:///k"])
    func noObject(destination: String) {
        var order = Storing.order(Storing.registration())
        order.destination = destination
        var conversation = Conversation(S3UploadDialogue(order: order, digests: nil, version: "1"))
        #expect(conversation.run([]).failure == .malformed)
    }
}
