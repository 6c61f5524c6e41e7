/// Reads the dictionary of a `.npy` header: a Python literal of three known keys, nothing else is accepted.
struct NPYHeaderReader {
    let text: [UInt8]
    let path: String
    private var at = 0

    init(text: [UInt8], path: String) {
        self.text = text
        self.path = path
    }

    mutating func read() throws(LikenessError) -> (NPYHeader.Element, [Int]) {
        var element: NPYHeader.Element?
        var shape: [Int]?
        var cOrder: Bool?
        try expect("{")
        while !accept("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where element == nil: element = try description()
            case "fortran_order" where cOrder == nil: cOrder = try order()
            case "shape" where shape == nil: shape = try tuple()
            default: throw bad("the key '\(key)' is not expected")
            }
            if !accept(",") {
                try expect("}")
                break
            }
        }
        skipSpaces()
        guard at == text.count else { throw bad("something follows the dictionary") }
        guard let element, let shape, cOrder != nil else { throw bad("a key is missing") }
        return (element, shape)
    }

    private mutating func description() throws(LikenessError) -> NPYHeader.Element {
        guard peek() != UInt8(ascii: "[") else {
            throw LikenessError(.fileFormat, subject: path, "arrays of records are not read", remedy: advice)
        }
        let name = try string()
        if let element = NPYHeader.Element(rawValue: name) { return element }
        let what =
            name.hasPrefix(">")
            ? "big-endian values ('\(name)') are not read"
            : name.contains("O") ? "arrays of objects are not read" : "values of type '\(name)' are not read"
        throw LikenessError(.fileFormat, subject: path, what, remedy: advice)
    }

    private mutating func order() throws(LikenessError) -> Bool {
        if accept("False") { return true }
        if accept("True") {
            throw LikenessError(
                .fileFormat, subject: path, "arrays in Fortran order are not read",
                remedy: "save numpy.ascontiguousarray(x)")
        }
        throw bad("fortran_order is neither True nor False")
    }

    private mutating func tuple() throws(LikenessError) -> [Int] {
        var shape: [Int] = []
        try expect("(")
        while !accept(")") {
            shape.append(try integer())
            guard shape.count <= 32 else { throw bad("more than 32 dimensions") }
            if !accept(",") {
                try expect(")")
                break
            }
        }
        return shape
    }

    private mutating func integer() throws(LikenessError) -> Int {
        skipSpaces()
        var value = 0
        let start = at
        while at < text.count, let digit = Int?(Int(text[at]) - 48), (0...9).contains(digit) {
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = tens.addingReportingOverflow(digit)
            guard !over, !more else { throw bad("a dimension is too large") }
            value = sum
            at += 1
        }
        guard at > start else { throw bad("a dimension is not a number from 0") }
        return value
    }

    private mutating func string() throws(LikenessError) -> String {
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw bad("a quoted word is missing")
        }
        let start = at + 1
        at = start
        while at < text.count, text[at] != quote { at += 1 }
        guard at < text.count, at - start <= 64 else { throw bad("a quoted word does not end") }
        defer { at += 1 }
        return String(decoding: text[start..<at], as: UTF8.self)
    }

    private mutating func expect(_ token: String) throws(LikenessError) {
        guard accept(token) else { throw bad("'\(token)' is missing at byte \(at)") }
    }

    private mutating func accept(_ token: String) -> Bool {
        skipSpaces()
        guard text[at...].starts(with: token.utf8) else { return false }
        at += token.utf8.count
        return true
    }

    private mutating func peek() -> UInt8? {
        skipSpaces()
        return at < text.count ? text[at] : nil
    }

    private mutating func skipSpaces() {
        while at < text.count, [0x20, 0x0A, 0x09, 0x0D].contains(text[at]) { at += 1 }
    }

    private var advice: String { "save it as float32, float16, int32 or int64: numpy.save(path, x.astype('float32'))" }

    private func bad(_ what: String) -> LikenessError {
        LikenessError(.fileFormat, subject: path, "the .npy header is broken: \(what)")
    }
}
