import TransferCore
import WireProtocols

/// Answers of stores, in the form in which AWS sends them.
enum S3Documents {
    static let declaration = #"<?xml version="1.0" encoding="UTF-8"?>"#
    static let namespace = #" xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#

    static func document(_ root: String, _ content: String) -> [UInt8] {
        Array("\(declaration)\n<\(root)\(namespace)>\(content)</\(root)>".utf8)
    }

    static func part(_ number: String, size: String = "5242880", tag: String = "&quot;abc&quot;", more: String = "")
        -> String
    {
        "<Part><PartNumber>\(number)</PartNumber><LastModified>2026-11-10T20:48:34.000Z</LastModified>"
            + "<ETag>\(tag)</ETag><Size>\(size)</Size>\(more)</Part>"
    }

    static func parts(_ parts: String, truncated: String = "false", more: String = "") -> [UInt8] {
        document(
            "ListPartsResult",
            "<Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId><Initiator><ID>i</ID></Initiator>\(more)"
                + "<PartNumberMarker>0</PartNumberMarker><IsTruncated>\(truncated)</IsTruncated>\(parts)")
    }

    static func problem(_ code: String, _ message: String? = "Words", more: String = "") -> [UInt8] {
        let message = message.map { "<Message>\($0)</Message>" } ?? ""
        return Array(
            "\(declaration)\n<Error><Code>\(code)</Code>\(message)\(more)<RequestId>4442587F</RequestId></Error>".utf8)
    }

    /// Each way of reading an answer, by the root of that answer.
    static let readers: [String: @Sendable ([UInt8]) throws(TransferError) -> Void] = [
        "InitiateMultipartUploadResult": { body throws(TransferError) in _ = try S3Answers.uploadID(body) },
        "ListPartsResult": { body throws(TransferError) in _ = try S3Answers.parts(body) },
        "ListMultipartUploadsResult": { body throws(TransferError) in _ = try S3Answers.uploads(body) },
        "ListBucketResult": { body throws(TransferError) in _ = try S3Answers.objects(body) },
        "CompleteMultipartUploadResult": { body throws(TransferError) in _ = try S3Answers.completion(body) },
    ]

    /// The error of reading a body so; `nil` if it was read.
    static func error<Answer>(_ body: [UInt8], _ read: ([UInt8]) throws(TransferError) -> Answer) -> TransferError? {
        do throws(TransferError) {
            _ = try read(body)
            return nil
        } catch {
            return error
        }
    }
}
