import FaceCore
import Foundation

/// Where a page ended: the sort keys of its last row, opaque outside.
struct Cursor {
    var keys: [String]

    init(_ keys: [String]) { self.keys = keys }

    /// Nil for no cursor. Throws `invalid-input` for a text that we did not write.
    static func read(_ text: String?, count: Int) throws(LikenessError) -> Cursor? {
        guard let text else { return nil }
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)
        guard text.count < 4096, let data = Data(base64Encoded: padded) else {
            throw .invalid("cursor", "this cursor is not one of ours")
        }
        let keys = String(decoding: data, as: UTF8.self).components(separatedBy: "\u{1F}")
        guard keys.count == count else { throw .invalid("cursor", "this cursor is of another list") }
        return Cursor(keys)
    }

    var text: String {
        Data(keys.joined(separator: "\u{1F}").utf8).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
    }

    func integer(_ k: Int) throws(LikenessError) -> Int {
        guard let n = Int(keys[k]) else { throw .invalid("cursor", "this cursor is not one of ours") }
        return n
    }

    func number(_ k: Int) throws(LikenessError) -> Double {
        guard let n = Double(keys[k]), n.isFinite else { throw .invalid("cursor", "this cursor is not one of ours") }
        return n
    }
}
