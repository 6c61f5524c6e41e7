/// The version of an object as an ETag: `"7"`.
package struct EntityTag: Sendable, Equatable {
    package let version: Int

    package init(version: Int) { self.version = version }

    /// Reads an `If-Match` of exactly one strong tag that this server could have given; nil for any other text.
    package init?(ifMatch text: String) {
        let trimmed = text.drop { $0 == " " }
        guard trimmed.utf8.count > 2, trimmed.first == "\"", trimmed.last == "\"" else { return nil }
        let digits = trimmed.dropFirst().dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let version = Int(digits)
        else { return nil }
        self.version = version
    }

    package var text: String { "\"\(version)\"" }
}
