import Foundation
import TransferCore

/// An answer of an object store, before anything happens to it on the wire.
struct StoreReply: Sendable {
    var status: Int
    var fields: [HeaderField] = []
    var body: [UInt8] = []

    init(_ status: Int, _ fields: [HeaderField] = [], _ body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// An answer in XML; `content` is escaped where that is needed.
    init(_ root: String, _ content: String, fields: [HeaderField] = []) {
        let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        self.init(
            200, fields + [HeaderField("Content-Type", "application/xml")],
            Array("\(Self.declaration)<\(root) xmlns=\"\(namespace)\">\(content)</\(root)>".utf8))
    }

    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    /// A refusal in the store's words (Amazon S3 API Reference, "REST error responses").
    static func refusal(
        _ status: Int, _ code: String, _ message: String = "Because.", fields: [HeaderField] = [], more: String = ""
    ) -> StoreReply {
        let body = "\(declaration)<Error><Code>\(code)</Code><Message>\(message)</Message>\(more)</Error>"
        return StoreReply(status, fields + [HeaderField("Content-Type", "application/xml")], Array(body.utf8))
    }

    static func escaped(_ text: String) -> String {
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")].reduce(text) {
            $0.replacingOccurrences(of: $1.0, with: $1.1)
        }
    }

    /// The contents of all elements of that name, however deep, for XML as a client of S3 writes it.
    static func elements(_ name: String, in xml: some StringProtocol) -> [String] {
        xml.components(separatedBy: "<\(name)>").dropFirst().compactMap { rest in
            rest.range(of: "</\(name)>").map { String(rest[..<$0.lowerBound]) }
        }
    }

    static func unescaped(_ text: String) -> String {
        [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")].reduce(text) {
            $0.replacingOccurrences(of: $1.0, with: $1.1)
        }
    }
}
