import CKernels
import FaceCore
import Testing

@Suite struct ChecksumTests {
    /// NIST, examples of FIPS 180-4 and the byte test vectors of the CAVP (SHA256ShortMsg).
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func digestsOfNIST(_ text: String, _ digest: String) {
        #expect(SHA256.hex(of: Array(text.utf8)) == digest)
    }

    @Test func aMillionLetters() {
        #expect(
            SHA256.hex(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func partsGiveTheSameAsTheWhole() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for length in 0..<300 {
            let whole = SHA256.hex(of: Array(bytes[..<length]))
            var parts = SHA256()
            for cut in stride(from: 0, to: length, by: 17) { parts.update(Array(bytes[cut..<min(length, cut + 17)])) }
            #expect(parts.hex() == whole)
        }
    }

    @Test func instructionsEqualPlainC() {
        var random = SeededRandom(seed: 4)
        let bytes = (0..<64 * 33).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for blocks in 0...33 {
            var (a, b) = ([UInt32](1...8), [UInt32](1...8))
            ck_sha256(&a, bytes, blocks)
            ck_sha256_scalar(&b, bytes, blocks)
            #expect(a == b)
        }
        for length in 0..<200 {
            #expect(ck_crc32c(99, bytes, length) == ck_crc32c_scalar(99, bytes, length))
        }
    }

    /// RFC 3720, B.4.
    @Test func checksumsOfTheStandard() {
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum([UInt8](0..<32)) == 0x46DD_794E)
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        let bytes = Array("123456789".utf8)
        let first = bytes[..<4].withUnsafeBytes { CRC32C.checksum($0) }
        #expect(bytes[4...].withUnsafeBytes { CRC32C.checksum($0, from: first) } == 0xE306_9283)
    }
}
