import FaceCore
import Foundation

/// Where words go: results to standard output, everything else to standard error.
struct Console: Sendable {
    let quiet: Bool
    let showsProgress: Bool

    init(quiet: Bool = false, noProgress: Bool = false) {
        self.quiet = quiet
        showsProgress = !quiet && !noProgress && isatty(STDERR_FILENO) == 1
    }

    static let outputIsTerminal = isatty(STDOUT_FILENO) == 1

    func result(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    func note(_ text: String) {
        if !quiet { write(text + "\n", to: STDERR_FILENO) }
    }

    func warning(_ text: String) { note("warning: \(text)") }

    /// The error shape of all commands: what is wrong, and what can be done.
    func error(_ error: LikenessError) {
        let subject = error.subject.map { "\($0): " } ?? ""
        write("error: \(subject)\(error.message) (\(error.code))\n", to: STDERR_FILENO)
        if let remedy = error.remedy { write("→ \(remedy)\n", to: STDERR_FILENO) }
    }

    /// One line that is written over; erased by an empty text.
    func progress(_ text: String) {
        if showsProgress { write("\r\u{1B}[K\(text)", to: STDERR_FILENO) }
    }

    private func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let n = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if n < 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(0, n))
        }
    }
}

extension Console {
    /// A value as JSON in the stable form of the documentation: sorted keys, no escaped slashes.
    func json(_ value: some Encodable, pretty: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        result(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Rows as a table with aligned columns; numbers (and what looks like one) to the right.
    func table(_ header: [String], _ rows: [[String]]) {
        let width = { (s: String) in s.unicodeScalars.count }
        let widths = header.indices.map { c in ([header] + rows).map { width($0[c]) }.max() ?? 0 }
        let right = header.indices.map { c in
            !rows.isEmpty && rows.allSatisfy { $0[c].isEmpty || $0[c] == "–" || "0123456789-+.".contains($0[c].first!) }
        }
        for (k, row) in ([header] + rows).enumerated() {
            let cells = row.indices.map { c in
                let pad = String(repeating: " ", count: widths[c] - width(row[c]))
                return right[c] ? pad + row[c] : row[c] + pad
            }
            result(trimmedEnd(cells.joined(separator: "  ")))
            if k == 0 { result(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")) }
        }
    }

    private func trimmedEnd(_ s: String) -> String {
        String(s.reversed().drop { $0 == " " }.reversed())
    }
}
