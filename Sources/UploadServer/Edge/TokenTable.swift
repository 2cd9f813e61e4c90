import Crypto

/// The tokens of a server and their owners.
///
/// A token file has one token per line, `OWNER TOKEN`, or `TOKEN` alone for the owner `default`. An owner may have
/// several tokens. Blank lines and lines that begin with `#` say nothing. Owners are 1...64 of `A-Z a-z 0-9 _ . -`
/// and do not begin with a dot; tokens are at least 16 visible ASCII characters.
struct TokenTable: Sendable {
    static let shortestToken = 16
    private static let longestOwner = 64

    private struct Entry: Sendable {
        var owner: Owner
        var digest: [UInt8]
        var line: Int
    }

    private var entries: [Entry] = []

    /// Throws ``ServerSetupError`` with the line, and never with a token.
    init(_ bytes: some Sequence<UInt8>, file: String) throws {
        var number = 0
        for line in Array(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let first = fields.first, first.first != UInt8(ascii: "#") else { continue }
            do throws(Fault) {
                try add(fields, line: number)
            } catch {
                throw ServerSetupError("line \(number) of the token file \(file): \(error.sentence)")
            }
        }
        guard !entries.isEmpty else { throw ServerSetupError("the token file \(file) has no token") }
    }

    private struct Fault: Error {
        var sentence: String
    }

    private mutating func add(_ fields: [ArraySlice<UInt8>], line: Int) throws(Fault) {
        guard fields.count <= 2, let token = fields.last else {
            throw Fault(sentence: "expected OWNER TOKEN, or a TOKEN alone")
        }
        let owner = fields.count == 2 ? fields[0] : ArraySlice("default".utf8)
        guard (1...Self.longestOwner).contains(owner.count), owner.first != UInt8(ascii: "."),
            owner.allSatisfy(Self.isOwnerCharacter)
        else {
            throw Fault(sentence: "an owner is 1 to 64 of A-Z a-z 0-9 _ . - and does not begin with a dot")
        }
        guard token.count >= Self.shortestToken else {
            throw Fault(sentence: "a token has at least \(Self.shortestToken) characters")
        }
        guard token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Fault(sentence: "a token is made of visible ASCII characters")
        }
        let digest = Array(SHA256.hash(data: token))
        if let earlier = entries.first(where: { $0.digest == digest }) {
            throw Fault(sentence: "the token of line \(earlier.line) again")
        }
        entries.append(Entry(owner: Owner(name: String(decoding: owner, as: UTF8.self)), digest: digest, line: line))
    }

    private static func isOwnerCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_.-".utf8.contains(byte)
        }
    }

    /// Whose token this is; `nil` for nobody's.
    ///
    /// Takes the same time for every token of one length: digests are compared, all of them, to their ends.
    func owner(of token: some Sequence<UInt8>) -> Owner? {
        let digest = Array(SHA256.hash(data: Array(token)))
        var found: Owner?
        for entry in entries {
            var difference: UInt8 = 0
            for index in digest.indices { difference |= digest[index] ^ entry.digest[index] }
            if difference == 0 { found = entry.owner }
        }
        return found
    }
}
