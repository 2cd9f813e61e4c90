import FoundationEssentials
import TransferCore

/// Bodies of requests, and of answers as far as they are used.
///
/// Numbers that do not fit into 64 bits are no answer: the decoder throws.
enum JSONBody {
    /// `nil` if the body is not JSON or does not have that form.
    static func decode<Answer: Decodable>(_ type: Answer.Type, _ body: [UInt8]) -> Answer? {
        try? JSONDecoder().decode(type, from: Data(body))
    }

    static func encode(_ body: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers can always be encoded.
        return (try? encoder.encode(body)).map { [UInt8]($0) } ?? []
    }
}

/// An answer that breaks the contract, as a sentence.
enum BadAnswer {
    static func error(_ status: Int, _ problem: String) -> TransferError {
        TransferError(.badResponse, "the server answers \(HTTPStatus.description(status)) with \(problem)")
    }
}

/// What is told of a stored chunk.
struct ChunkAnswer: Decodable {
    var index: Int
    var checksum: String?
}

/// What is told of a finished file.
struct CompletionAnswer: Decodable {
    var status: String
    var size: Int64?
    var sha256: String?
}
