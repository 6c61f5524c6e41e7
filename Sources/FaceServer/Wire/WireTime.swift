import FaceLibrary
package import Foundation

/// Times as RFC 3339 in UTC, to the second.
package enum WireTime {
    package static func text(_ date: Date) -> String { Timestamp.text(date.timeIntervalSince1970) }

    /// `2026-11-21T22:00:00Z`, with or without parts of a second, in UTC or with an offset; nil for anything else. Stricter
    /// than the library, which reads what cameras write: here only days of the calendar and whole forms count.
    package static func parse(_ text: String) -> Date? {
        let form =
            /[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,18})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])/
        guard text.utf8.count <= 64, text.wholeMatch(of: form) != nil, Timestamp.isDay(String(text.prefix(10))) else {
            return nil
        }
        return Timestamp.seconds(text).map(Date.init(timeIntervalSince1970:))
    }
}
