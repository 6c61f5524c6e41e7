/// Texts of pickles that stand for bytes; nil where they do not.
enum PickleText {
    /// UTF-8 of code points below 256, one a byte: what Python 3 saves for bytes under protocol 2.
    static func latin1(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var i = text.startIndex
        while i < text.endIndex {
            let b = text[i]
            if b < 0x80 {
                out.append(b)
                i += 1
            } else {
                // two bytes reach U+00FF: 110000xx 10xxxxxx
                guard b == 0xC2 || b == 0xC3, i + 1 < text.endIndex, text[i + 1] & 0xC0 == 0x80 else { return nil }
                out.append((b & 3) << 6 | text[i + 1] & 0x3F)
                i += 2
            }
        }
        return out
    }

    /// Protocol 0 of Python 3: Latin-1, and `\u` with four digits for what a line cannot hold.
    static func rawUnicode(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var i = line.startIndex
        while i < line.endIndex {
            guard line[i] == UInt8(ascii: "\\"), i + 1 < line.endIndex, line[i + 1] == UInt8(ascii: "u") else {
                out.append(line[i])
                i += 1
                continue
            }
            guard i + 6 <= line.endIndex, let code = hexadecimal(line[i + 2..<i + 6]), code < 256 else { return nil }
            out.append(UInt8(code))
            i += 6
        }
        return out
    }

    /// Protocol 0 of Python 2: a string as its source text, in quotation marks.
    static func representation(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.count >= 2, let quote = line.first, quote == 34 || quote == 39, line.last == quote else {
            return nil
        }
        let body = line.dropFirst().dropLast()
        var out: [UInt8] = []
        var i = body.startIndex
        while i < body.endIndex {
            guard body[i] == UInt8(ascii: "\\") else {
                out.append(body[i])
                i += 1
                continue
            }
            guard i + 1 < body.endIndex else { return nil }
            switch body[i + 1] {
            case UInt8(ascii: "n"): out.append(10)
            case UInt8(ascii: "r"): out.append(13)
            case UInt8(ascii: "t"): out.append(9)
            case UInt8(ascii: "\\"), 34, 39: out.append(body[i + 1])
            case UInt8(ascii: "x"):
                guard i + 4 <= body.endIndex, let code = hexadecimal(body[i + 2..<i + 4]) else { return nil }
                out.append(UInt8(code))
                i += 2
            default: return nil
            }
            i += 2
        }
        return out
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ $0 >= 48 && $0 <= 57 || $0 >= 65 && $0 <= 70 || $0 >= 97 && $0 <= 102 }) else {
            return nil
        }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
