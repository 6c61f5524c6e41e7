public import FaceCore

extension LikenessError.Code {
    /// A pickle asks for something that a list of photos and flags does not need. Nothing of it was carried out.
    public static let pickleForbidden = Self("pickle-forbidden", exitStatus: 65)
}

/// A stack machine for the operations of Python's pickles, protocols 0 to 5, that lists of photos consist of.
///
/// Nothing is imported or called: a global is a word that is compared with a list, and a reduction is carried out here for
/// the few that stand for bytes. Memory stays within a small multiple of the file: photos are ranges of it, decoded copies
/// may not exceed its size together, tuples nest to 64.
struct PickleMachine {
    let bytes: [UInt8]
    let path: String
    private var position = 0
    private var stack: [PickleValue] = []
    /// Sizes of the stack where marks lie.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Bytes that decoded copies may still take.
    private var room: Int

    private static let deepest = 64
    private static let largestMemo = 4_000_000
    private static let largestStack = 4_000_000

    init(_ bytes: [UInt8], path: String) {
        (self.bytes, self.path) = (bytes, path)
        room = bytes.count + 4096
    }

    /// The value that the pickle stands for. Throws `pickle-forbidden` with the offset, or `file-truncated`.
    mutating func run() throws(LikenessError) -> PickleValue {
        while true {
            let start = position
            let code = try byte()
            if code == UInt8(ascii: ".") { break }
            try step(code, start)
            guard stack.count <= Self.largestStack, memo.count <= Self.largestMemo else {
                throw forbidden(start, "the stack or the memo grows beyond any list of photos")
            }
        }
        guard stack.count == 1, marks.isEmpty, let value = stack.last else {
            throw forbidden(position, "the pickle ends with \(stack.count) values")
        }
        return value
    }

    private mutating func step(_ code: UInt8, _ start: Int) throws(LikenessError) {
        if try frame(code, start) { return }
        if try scalar(code, start) { return }
        if try container(code, start) { return }
        if try memory(code, start) { return }
        if try global(code, start) { return }
        let sign = code > 32 && code < 127 ? " (\(Character(Unicode.Scalar(code))))" : ""
        throw forbidden(start, "operation \(code)\(sign) has no place in a list of photos")
    }

    // MARK: reading

    private mutating func byte() throws(LikenessError) -> UInt8 { bytes[try take(1).lowerBound] }

    private mutating func take(_ count: Int) throws(LikenessError) -> Range<Int> {
        guard count >= 0, count <= bytes.count - position else {
            throw LikenessError(
                .fileTruncated, subject: path, "the pickle asks for \(count) bytes at byte \(position), beyond its end")
        }
        position += count
        return position - count..<position
    }

    private mutating func number(_ width: Int, _ start: Int) throws(LikenessError) -> Int {
        var value: UInt64 = 0
        for (k, i) in try take(width).enumerated() { value |= UInt64(bytes[i]) << UInt64(8 * k) }
        guard value <= UInt64(Int.max) else { throw forbidden(start, "a length of \(value)") }
        return Int(value)
    }

    /// The bytes up to the next line feed, which is passed.
    private mutating func line() throws(LikenessError) -> Range<Int> {
        guard let end = bytes[position...].firstIndex(of: 10) else {
            throw LikenessError(
                .fileTruncated, subject: path, "a line of the pickle that begins at \(position) has no end")
        }
        let range = position..<end
        position = end + 1
        return range
    }

    private func word(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix(80), as: UTF8.self) }

    private mutating func decimal(_ range: Range<Int>, _ start: Int) throws(LikenessError) -> Int {
        guard range.count <= 20, let n = Int(word(range).filter { $0 != "L" }) else {
            throw forbidden(start, "“\(word(range))” is not a number")
        }
        return n
    }

    private mutating func pop(_ start: Int) throws(LikenessError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw forbidden(start, "the stack is empty")
        }
        return value
    }

    private mutating func popMark(_ start: Int) throws(LikenessError) -> [PickleValue] {
        guard let mark = marks.popLast(), mark <= stack.count else { throw forbidden(start, "no mark is set") }
        let items = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return items
    }

    private func forbidden(_ offset: Int, _ message: String) -> LikenessError {
        LikenessError(
            .pickleForbidden, subject: path, "at byte \(offset): \(message)",
            remedy: "only lists of encoded photos and flags are read; nothing in the file was carried out")
    }

    // MARK: operations

    private mutating func frame(_ code: UInt8, _ start: Int) throws(LikenessError) -> Bool {
        switch code {
        case 0x80:
            let version = try byte()
            guard version <= 5 else { throw forbidden(start, "protocol \(version)") }
        case 0x95: _ = try number(8, start)
        default: return false
        }
        return true
    }

    private mutating func scalar(_ code: UInt8, _ start: Int) throws(LikenessError) -> Bool {
        switch code {
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "K"): stack.append(.integer(try number(1, start)))
        case UInt8(ascii: "M"): stack.append(.integer(try number(2, start)))
        case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4, start)))))
        case UInt8(ascii: "I"):
            let text = try line()
            // protocol 0 writes truth values as numbers of two digits
            if word(text) == "01" || word(text) == "00" {
                stack.append(.bool(word(text) == "01"))
            } else {
                stack.append(.integer(try decimal(text, start)))
            }
        case UInt8(ascii: "L"): stack.append(.integer(try decimal(line(), start)))
        case UInt8(ascii: "U"), UInt8(ascii: "C"): stack.append(.slice(try take(try number(1, start))))
        case UInt8(ascii: "T"), UInt8(ascii: "B"): stack.append(.slice(try take(try number(4, start))))
        case 0x8E, 0x96: stack.append(.slice(try take(try number(8, start))))
        case 0x8C: stack.append(.text(try take(try number(1, start))))
        case UInt8(ascii: "X"): stack.append(.text(try take(try number(4, start))))
        case UInt8(ascii: "V"): stack.append(.bytes(try keep(PickleText.rawUnicode(bytes[line()]), start)))
        case UInt8(ascii: "S"): stack.append(.bytes(try keep(PickleText.representation(bytes[line()]), start)))
        default: return false
        }
        return true
    }

    /// A decoded copy, counted.
    private mutating func keep(_ copy: [UInt8]?, _ start: Int) throws(LikenessError) -> [UInt8] {
        guard let copy else { throw forbidden(start, "a text that does not stand for bytes") }
        room -= copy.count
        guard room >= 0 else { throw forbidden(start, "the decoded photos take more room than the file") }
        return copy
    }

    private mutating func container(_ code: UInt8, _ start: Int) throws(LikenessError) -> Bool {
        switch code {
        case UInt8(ascii: "("):
            guard marks.count < Self.deepest else { throw forbidden(start, "marks nest too deep") }
            marks.append(stack.count)
        case UInt8(ascii: "]"): stack.append(.list(PickleList()))
        case UInt8(ascii: "l"):
            let list = PickleList()
            try extend(list, try popMark(start), start)
            stack.append(.list(list))
        case UInt8(ascii: "a"):
            let item = try pop(start)
            try extend(try top(start), [item], start)
        case UInt8(ascii: "e"):
            let items = try popMark(start)
            try extend(try top(start), items, start)
        case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
        case UInt8(ascii: "t"): try push(tuple: popMark(start), start)
        case 0x85, 0x86, 0x87:
            var items: [PickleValue] = []
            for _ in 0..<Int(code - 0x84) { items.append(try pop(start)) }
            try push(tuple: items.reversed(), start)
        default: return false
        }
        return true
    }

    private func top(_ start: Int) throws(LikenessError) -> PickleList {
        guard stack.count > (marks.last ?? 0), case .list(let list) = stack.last else {
            throw forbidden(start, "there is no list to append to")
        }
        return list
    }

    private func extend(_ list: PickleList, _ items: [PickleValue], _ start: Int) throws(LikenessError) {
        for item in items {
            if case .list = item { throw forbidden(start, "a list inside a list") }
            if case .tuple = item { throw forbidden(start, "a tuple inside a list") }
        }
        list.items += items
        // references from the memo are free: their number is not
        guard list.items.count <= Self.largestStack else { throw forbidden(start, "a list of millions of items") }
    }

    private mutating func push(tuple items: [PickleValue], _ start: Int) throws(LikenessError) {
        let depth = 1 + (items.map(\.depth).max() ?? 0)
        guard depth <= Self.deepest, items.count <= 1024 else { throw forbidden(start, "a tuple too deep or too long") }
        stack.append(.tuple(items, depth: depth))
    }

    private mutating func memory(_ code: UInt8, _ start: Int) throws(LikenessError) -> Bool {
        switch code {
        case 0x94: memo[memo.count] = try peek(start)
        case UInt8(ascii: "q"): memo[try number(1, start)] = try peek(start)
        case UInt8(ascii: "r"): memo[try number(4, start)] = try peek(start)
        case UInt8(ascii: "p"): memo[try decimal(line(), start)] = try peek(start)
        case UInt8(ascii: "h"): stack.append(try recall(try number(1, start), start))
        case UInt8(ascii: "j"): stack.append(try recall(try number(4, start), start))
        case UInt8(ascii: "g"): stack.append(try recall(try decimal(line(), start), start))
        default: return false
        }
        return true
    }

    private func peek(_ start: Int) throws(LikenessError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.last else {
            throw forbidden(start, "the stack is empty")
        }
        return value
    }

    private func recall(_ place: Int, _ start: Int) throws(LikenessError) -> PickleValue {
        guard let value = memo[place] else { throw forbidden(start, "place \(place) of the memo is empty") }
        return value
    }

    // MARK: what numpy and codecs stand for

    private mutating func global(_ code: UInt8, _ start: Int) throws(LikenessError) -> Bool {
        switch code {
        case UInt8(ascii: "c"):
            let module = try line()
            try push(global: word(module), word(line()), start)
        case 0x93:
            guard case .text(let name) = try pop(start), case .text(let module) = try pop(start) else {
                throw forbidden(start, "a global without a name")
            }
            try push(global: word(module), word(name), start)
        case UInt8(ascii: "R"):
            guard case .tuple(let arguments, _) = try pop(start), case .global(let name) = try pop(start) else {
                throw forbidden(start, "a call of something that is not in the list")
            }
            stack.append(try reduced(name, arguments, start))
        case UInt8(ascii: "b"):
            let state = try pop(start)
            let object = try pop(start)
            stack.append(try built(object, state, start))
        default: return false
        }
        return true
    }

    private mutating func push(global module: String, _ name: String, _ start: Int) throws(LikenessError) {
        guard let known = PickleGlobal(rawValue: "\(module) \(name)") else {
            throw forbidden(start, "the name \(module).\(name) is not one of a list of photos")
        }
        stack.append(.global(known))
    }

    private mutating func reduced(
        _ name: PickleGlobal, _ a: [PickleValue], _ start: Int
    ) throws(LikenessError) -> PickleValue {
        switch name {
        case .encode:
            guard a.count == 2 else { break }
            if case .text(let range) = a[0] { return .bytes(try keep(PickleText.latin1(bytes[range]), start)) }
            if case .bytes = a[0] { return a[0] }
        case .bytes, .newBytes: if a.isEmpty { return .bytes([]) }
        case .reconstruct, .newReconstruct:
            if case .global(.array)? = a.first { return .emptyArray }
        case .dtype:
            guard let name = a.first.flatMap(text) else { break }
            if name == "u1" || name == "i1" || name == "b1" { return .byteType(isBool: name == "b1") }
        case .scalar, .newScalar:
            guard a.count == 2, case .byteType(let isBool) = a[0], let value = raw(a[1]), value.count == 1 else {
                break
            }
            return isBool ? .bool(value.first != 0) : .integer(Int(value.first ?? 0))
        case .fromBuffer, .newFromBuffer:
            guard a.count == 4, case .byteType = a[1] else { break }
            if case .slice = a[0] { return a[0] }
            if case .bytes = a[0] { return a[0] }
        case .array: break
        }
        throw forbidden(start, "\(name.rawValue) with arguments that do not stand for bytes")
    }

    private func built(
        _ object: PickleValue, _ state: PickleValue, _ start: Int
    ) throws(LikenessError) -> PickleValue {
        guard case .tuple(let s, _) = state else { throw forbidden(start, "a state that is not a tuple") }
        switch object {
        case .byteType: return object
        case .emptyArray:
            // version, shape, dtype, column order, bytes
            guard s.count == 5, case .byteType = s[2], raw(s[4]) != nil else { break }
            return s[4]
        default: break
        }
        throw forbidden(start, "a state for something that has none")
    }

    /// The bytes of a value that is bytes.
    func raw(_ value: PickleValue) -> ArraySlice<UInt8>? {
        switch value {
        case .slice(let range): bytes[range]
        case .bytes(let copy): copy[...]
        default: nil
        }
    }

    private func text(_ value: PickleValue) -> String? {
        switch value {
        case .text(let range), .slice(let range): word(range)
        case .bytes(let copy): String(decoding: copy.prefix(80), as: UTF8.self)
        default: nil
        }
    }
}
