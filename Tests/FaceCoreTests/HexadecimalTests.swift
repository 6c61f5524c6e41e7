import FaceCore
import Testing

@Suite struct HexadecimalTests {
    @Test func bytesGoThereAndBack() {
        let all = (0...255).map { UInt8($0) }
        let text = Hexadecimal.text(all)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.count == 512)
        #expect(Hexadecimal.bytes(text) == all)
        #expect(Hexadecimal.bytes("") == [])
        for wrong in ["0", "0g", "0G", "AB", "0x", " 00", "00 "] {
            #expect(Hexadecimal.bytes(wrong) == nil, "\(wrong)")
        }
    }

    @Test func onlyTheSameTextsAreEqual() {
        #expect(ConstantTime.areEqual("", "") && ConstantTime.areEqual("äb", "äb"))
        for (a, b) in [("a", "b"), ("a", "ab"), ("ab", "a"), ("", "a"), ("ba", "ab")] {
            #expect(!ConstantTime.areEqual(a, b))
        }
    }
}
