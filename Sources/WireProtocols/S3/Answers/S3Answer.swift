import TransferCore

/// The body of one answer, and the forms that its elements have.
struct S3Answer {
    let root: XMLTree
    /// Why the answer is of no use.
    let bad: TransferError
    private let isURLEncoded: Bool

    /// - Parameters:
    ///   - names: What the root may be called.
    ///   - meaning: What the answer should have been, as the end of a sentence.
    init(_ body: [UInt8], _ names: String..., meaning: String) throws(TransferError) {
        bad = TransferError(.badResponse, "the store answers with something that is not \(meaning)")
        guard let root = XMLTree.parse(body), names.contains(root.name) else { throw bad }
        self.root = root
        isURLEncoded = root.text(of: "EncodingType") == "url"
    }

    func isTruncated(_ list: XMLTree) throws(TransferError) -> Bool {
        switch list.text(of: "IsTruncated") {
        case "true": return true
        case "false": return false
        // What was said twice is not known; AWS leaves it out where there is nothing to cut.
        default:
            guard list.children("IsTruncated").isEmpty else { throw bad }
            return false
        }
    }

    /// The last number on a page is where the next one begins, whatever the store says about that: so nothing is left
    /// out, and every page leads further.
    func nextMarker(_ list: XMLTree, last: Int?) throws(TransferError) -> Int? {
        guard try isTruncated(list) else { return nil }
        guard let last else { throw bad }
        return last
    }

    func partNumber(_ element: XMLTree) throws(TransferError) -> Int {
        guard let number = element.text(of: "PartNumber").flatMap({ FieldSyntax.number($0) }),
            S3Limits.partNumbers.contains(Int(number))
        else { throw bad }
        return Int(number)
    }

    func size(_ element: XMLTree, _ name: String) throws(TransferError) -> Int64 {
        guard let size = element.text(of: name).flatMap({ FieldSyntax.number($0) }) else { throw bad }
        return size
    }

    func uploadID(_ element: XMLTree) throws(TransferError) -> String {
        guard let id = element.text(of: "UploadId"), (1...4096).contains(id.utf8.count), !FieldSyntax.holdsControl(id)
        else { throw bad }
        return id
    }

    /// A key, which was encoded as in a form if the store says so: a space is a `+` then.
    func key(_ element: XMLTree, _ name: String) throws(TransferError) -> String {
        guard let text = element.text(of: name) else { throw bad }
        guard isURLEncoded else { return text }
        let encoded = String(decoding: text.utf8.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }, as: UTF8.self)
        guard let key = PercentCoding.decode(encoded).flatMap({ String(validating: $0, as: UTF8.self) }) else {
            throw bad
        }
        return key
    }

    /// A key that is only compared and shown: what the store has not encoded, though it says so, stays as it came.
    func keyAsFarAsDecoded(_ element: XMLTree, _ name: String) throws(TransferError) -> String {
        guard let text = element.text(of: name) else { throw bad }
        return (try? key(element, name)) ?? text
    }

    /// Whether that can stand in a field or in XML again.
    func isTag(_ text: String) -> Bool {
        (1...1024).contains(text.utf8.count) && !FieldSyntax.holdsControl(text)
    }

    /// The checksums of a part; what is no value of its algorithm is left out, and the part is then as good as one without.
    func checksums(_ element: XMLTree) -> [ObjectChecksum.Algorithm: String] {
        var values: [ObjectChecksum.Algorithm: String] = [:]
        for algorithm in ObjectChecksum.Algorithm.allCases {
            guard let text = element.text(of: algorithm.elementName),
                let checksum = S3ObjectChecksum(algorithm: algorithm, text: text, kind: nil), checksum.partCount == nil
            else { continue }
            values[algorithm] = checksum.value
        }
        return values
    }

    func checksumType(_ element: XMLTree) -> S3ObjectChecksum.Kind? {
        element.text(of: "ChecksumType").flatMap(S3ObjectChecksum.Kind.init(rawValue:))
    }

    func objectChecksums(_ element: XMLTree) -> [S3ObjectChecksum] {
        let kind = checksumType(element)
        return ObjectChecksum.Algorithm.allCases.compactMap { algorithm in
            element.text(of: algorithm.elementName).flatMap {
                S3ObjectChecksum(algorithm: algorithm, text: $0, kind: kind)
            }
        }
    }
}
