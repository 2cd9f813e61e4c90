/// A small XML document: elements with their text. Attributes, namespaces, comments and processing instructions are of no
/// use in answers of S3 and are forgotten.
struct XMLTree {
    /// Without a namespace's prefix.
    let name: String
    /// Empty in an element that has others in it.
    var text = ""
    var children: [XMLTree] = []

    init(name: String) {
        self.name = name
    }

    /// Reads a document in UTF-8, perhaps with white space before it, such as stores send to keep a connection alive.
    ///
    /// - Returns: `nil` if it is not well-formed or breaks a limit of ``XMLReader``.
    static func parse(_ document: [UInt8]) -> XMLTree? {
        var reader = XMLReader(document)
        return reader.document()
    }

    /// The text of the only child of that name; `nil` if there is none or several.
    func text(of name: String) -> String? {
        let found = children(name)
        return found.count == 1 ? found[0].text : nil
    }

    func children(_ name: String) -> [XMLTree] {
        children.filter { $0.name == name }
    }
}
