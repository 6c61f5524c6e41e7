import FaceCore

/// Where a list goes on: opaque and signed, and good only for the list (route and filters) that gave it.
package struct Cursor: Sendable {
    private let key: String

    package init(key: String) { self.key = key }

    /// `position` is what the library calls the place; `list` names the list.
    package func seal(_ position: String, list: String) -> String {
        Secret.text(Array(position.utf8)) + "-" + mark(position, list)
    }

    /// The position, or nil when the text was not sealed here for this list.
    package func open(_ text: String, list: String) -> String? {
        guard text.utf8.count > 23 else { return nil }
        let mark = text.suffix(22)
        let head = text.dropLast(22)
        guard head.last == "-", let bytes = Secret.bytes(String(head.dropLast())),
            let position = String(validating: bytes, as: UTF8.self)
        else { return nil }
        return ConstantTime.areEqual(String(mark), self.mark(position, list)) ? position : nil
    }

    /// 128 bits of the code are enough: it guards against mistakes and curiosity, the filters are checked anyway.
    private func mark(_ position: String, _ list: String) -> String {
        let code = Secret.bytes(Secret.sign("cursor\u{0}\(list)\u{0}\(position)", with: key)) ?? []
        return Secret.text(Array(code.prefix(16)))
    }
}
