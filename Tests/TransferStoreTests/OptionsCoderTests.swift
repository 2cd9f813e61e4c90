import Testing
import TransferCore

@testable import TransferStore

@Suite("Stored options")
struct OptionsCoderTests {
    @Test("are nothing for the default ones")
    func usual() throws {
        var coder = OptionsCoder()
        #expect(try coder.encode(TransferOptions()) == nil)
        #expect(try coder.decode(nil) == TransferOptions())
    }

    @Test("name only what differs")
    func different() throws {
        var coder = OptionsCoder()
        var options = TransferOptions()
        options.insecure = true
        options.certificateAuthorities = "/etc/ca.pem"
        let text = try coder.encode(options)
        #expect(text == #"{"certificateAuthorities":"/etc/ca.pem","insecure":true}"#)
        #expect(try coder.decode(text) == options)
    }

    @Test("name the file that was hashed, to the last bit")
    func hashedSource() throws {
        var options = TransferOptions()
        options.hashedSource = .extreme
        var (writer, reader) = (OptionsCoder(), OptionsCoder())
        #expect(try reader.decode(writer.encode(options)) == options)
    }

    @Test("leave no option out")
    func complete() {
        let known = Mirror(reflecting: StoredOptions(TransferOptions())).children.map(\.label)
        #expect(Mirror(reflecting: TransferOptions()).children.map(\.label) == known)
    }

    @Test("of a later version are read as far as they are known")
    func later() throws {
        var coder = OptionsCoder()
        #expect(try coder.decode(#"{"connections":3,"colour":"red"}"#).connections == 3)
    }

    @Test("that cannot be read do not show what is in them")
    func damaged() {
        var coder = OptionsCoder()
        let damage = #expect(throws: RowDamage.self) { try coder.decode(#"{"headers":["secret"#) }
        #expect(damage?.description.contains("secret") == false)
    }
}
