import TransferCore

extension S3Answers {
    /// The body of `CompleteMultipartUpload`, which names every part of the object.
    ///
    /// - Parameters:
    ///   - parts: Ascending by number.
    ///   - algorithm: What the upload was created with: a store that was told of one wants every part's value again.
    public static func completionBody(parts: [S3Part], algorithm: ObjectChecksum.Algorithm?) -> [UInt8] {
        var xml = #"<?xml version="1.0" encoding="UTF-8"?>"#
        xml += #"<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#
        for part in parts {
            xml += "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(escaped(part.entityTag))</ETag>"
            if let algorithm, let value = part.checksums[algorithm] {
                let name = algorithm.elementName
                xml += "<\(name)>\(Base64.encode(hex: value))</\(name)>"
            }
            xml += "</Part>"
        }
        return Array((xml + "</CompleteMultipartUpload>").utf8)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
