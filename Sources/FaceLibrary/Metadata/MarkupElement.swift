/// A name of XML with the address of its namespace instead of its prefix.
struct MarkupName: Sendable, Hashable {
    let space: String
    let name: String

    init(_ space: String, _ name: String) {
        self.space = space
        self.name = name
    }
}

/// An element of an XML document that knows its place in the text, so that a change can leave all the rest as it was.
struct MarkupElement: Sendable {
    struct Attribute: Sendable {
        let name: MarkupName
        let value: String
        /// The bytes of the value between its quotes.
        let place: Range<Int>
        let quote: UInt8
    }

    let name: MarkupName
    /// As it stands in the text, with its prefix.
    let written: String
    let attributes: [Attribute]
    /// Prefixes that are known inside of the element, by namespace.
    let prefixes: [String: String]
    var children: [MarkupElement] = []
    /// Text directly in the element, references resolved, in one piece.
    var text = ""
    /// All bytes of the element.
    var place: Range<Int>
    /// The bytes between its tags; empty and at the end of the tag for `<a/>`.
    var content: Range<Int>
    /// Whether it is written `<a/>`.
    var isClosedAtOnce = false

    func child(_ name: MarkupName) -> MarkupElement? { children.first { $0.name == name } }
    func attribute(_ name: MarkupName) -> Attribute? { attributes.first { $0.name == name } }

    /// This element and everything in it with that name, in the order of the text.
    func all(_ name: MarkupName) -> [MarkupElement] {
        (self.name == name ? [self] : []) + children.flatMap { $0.all(name) }
    }
}
