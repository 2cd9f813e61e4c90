import Testing

@testable import ThemeFiles

/// TOML as far as themes need it.
@Suite struct TOMLParserTests {
    private static let text = #"""
        # a = 1
        top = "x" # b = 2
          "quoted.key"='''
        many
        lines''' # c
        [ table . "in.ner" ]
        dotted.key = [ 1, [ "é", { deep = true } ], # comment ]
          """a\"""", 'b', ]
        inline = { one = +1_000, "t w o" = "]}", three.four = [ ] }
        dotted.other = -7
        ["table"]
        escapes = "\t\\\"\u00e9\U0001F600"
        long = """
        one \
           two""""
        """#

    private static let expected = [
        "top 2:7 x", "quoted.key 3:16 many\nlines", "table.in.ner.dotted.key.0 7:16 1",
        "table.in.ner.dotted.key.1.0 7:21 é", "table.in.ner.dotted.key.1.1.deep 7:35 true",
        "table.in.ner.dotted.key.2 8:3 a\"", "table.in.ner.dotted.key.3 8:14 b", "table.in.ner.dotted.other 10:16 -7",
        "table.in.ner.inline.one 9:18 1000", "table.in.ner.inline.t w o 9:36 ]}",
        "table.escapes 12:11 \t\\\"é😀", "table.long 13:8 one two\"",
    ]

    @Test func everythingIsRead() throws {
        for text in [Self.text, Self.text.split(separator: "\n").joined(separator: "\r\n")] {
            let found = Self.lines(TOMLNode(value: .table(try TOMLParser.parse(text)), position: .start), path: "")
            #expect(found.map { $0.replacing("\r\n", with: "\n") } == Self.expected)
        }
    }

    private static func lines(_ node: TOMLNode, path: String) -> [String] {
        let place = "\(path.dropFirst()) \(node.position.line):\(node.position.column) "
        switch node.value {
        case .text(let text): return [place + text]
        case .integer(let integer): return [place + "\(integer)"]
        case .boolean(let boolean): return [place + "\(boolean)"]
        case .list(let list): return list.enumerated().flatMap { lines($1, path: "\(path).\($0)") }
        case .table(let table): return table.entries.flatMap { lines($0.node, path: "\(path).\($0.key.text)") }
        }
    }

    private static let broken: [(text: String, problem: String)] = [
        ("=", "1:1 a key should stand here"),
        ("a", "1:2 \"=\" is missing here"),
        ("a =", "1:4 a value should stand here"),
        ("a = b", "1:5 a text needs quotation marks, and a number is a whole one"),
        ("a = 1.5", "1:5 a text needs quotation marks, and a number is a whole one"),
        ("a = 1979-05-27", "1:5 a text needs quotation marks, and a number is a whole one"),
        ("a = 99999999999999999999", "1:5 a text needs quotation marks, and a number is a whole one"),
        ("a = 1 b = 2", "1:7 the line should end here"),
        ("a = \"b", "1:5 the quotation mark that ends this text is missing"),
        ("a = \"b\n\"", "1:5 the quotation mark that ends this text is missing"),
        ("a = \"\"\"b", "1:5 the quotation mark that ends this text is missing"),
        ("a = \"\\x\"", "1:6 no character is written like this after a backslash"),
        ("a = \"\\ud800\"", "1:6 no character is written like this after a backslash"),
        ("a = [1 2]", "1:8 \",\" is missing here"),
        ("a = [1,", "1:8 a value should stand here"),
        ("a = {b = 1", "1:11 \",\" is missing here"),
        ("a = {b}", "1:7 \"=\" is missing here"),
        ("[a", "1:3 \"]\" is missing here"),
        ("[[a]]", "1:2 lists of tables have no place in a theme"),
        ("a.[", "1:3 a key should stand here"),
        ("[ .a]", "1:3 a key should stand here"),
        ("a = 1\na = 2", "2:1 \"a\" is there already"),
        ("a = 1\n[a]", "2:2 \"a\" is there already"),
        ("a = 1\na.b = 2", "2:1 \"a\" is there already"),
        ("[a]\n[b]\n[a]", "3:2 \"a\" is there already"),
        ("a = {}\na.b = 2", "2:1 \"a\" is there already"),
        ("a = {}\n[a.b]\nc = 1", "2:2 \"a\" is there already"),
        ("a = " + String(repeating: "[", count: 20), "1:21 nested too deep"),
        (String(repeating: "a.", count: 20) + "a = 1", "1:34 nested too deep"),
    ]

    @Test(arguments: broken)
    func whatIsNoTOMLIsReported(text: String, problem: String) {
        let error = #expect(throws: TOMLSyntaxError.self) { try TOMLParser.parse(text) }
        #expect(error.map { "\($0.position.line):\($0.position.column) \($0.message)" } == problem)
    }
}
