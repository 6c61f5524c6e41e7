internal import FaceCore

/// Comma-separated values (RFC 4180): fields in double quotes may hold commas, quotes (doubled) and line ends.
enum CommaSeparated {
    static func read(_ path: String) throws(LikenessError) -> [[String]] {
        let file = try InputFile(path)
        guard file.size <= 1 << 31 else { throw LikenessError(.fileFormat, subject: path, "is too large for a list") }
        return try parse(file.bytes(at: 0, count: file.size), subject: path)
    }

    static func parse(_ bytes: [UInt8], subject: String) throws(LikenessError) -> [[String]] {
        var (rows, row, field) = ([[String]](), [String](), [UInt8]())
        var (quoted, wasQuoted, i) = (false, false, 0)
        func text() throws(LikenessError) -> String {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw LikenessError(.fileFormat, subject: subject, "row \(rows.count + 1) is not UTF-8")
            }
            return text
        }
        while i < bytes.count {
            let byte = bytes[i]
            i += 1
            if quoted {
                if byte != 0x22 {
                    field.append(byte)
                } else if i < bytes.count, bytes[i] == 0x22 {
                    field.append(byte)
                    i += 1
                } else {
                    quoted = false
                }
                continue
            }
            switch byte {
            case 0x22 where field.isEmpty && !wasQuoted: (quoted, wasQuoted) = (true, true)
            case 0x22: throw LikenessError(.fileFormat, subject: subject, "row \(rows.count + 1) has a stray quote")
            case 0x2C:
                row.append(try text())
                (field, wasQuoted) = ([], false)
            case 0x0D where i < bytes.count && bytes[i] == 0x0A: continue
            case 0x0A:
                row.append(try text())
                if row != [""] { rows.append(row) }
                (row, field, wasQuoted) = ([], [], false)
            default: field.append(byte)
            }
        }
        guard !quoted else { throw LikenessError(.fileTruncated, subject: subject, "a quote is not closed") }
        if !field.isEmpty || !row.isEmpty { rows.append(row + [try text()]) }
        return rows
    }
}
