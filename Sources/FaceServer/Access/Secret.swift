import Crypto
import FaceCore
import Foundation

/// Random secrets and how they are kept: as SHA-256, which suffices for 256 random bits.
package enum Secret {
    /// 256 random bits as 43 characters of base64url.
    package static func make() -> String { text(SymmetricKey(size: .bits256).withUnsafeBytes(Array.init)) }

    /// Random characters for an id: `count` bytes as hexadecimal.
    package static func makeID(bytes count: Int = 8) -> String {
        SymmetricKey(size: .init(bitCount: count * 8)).withUnsafeBytes { Hexadecimal.text($0) }
    }

    package static func digest(_ secret: String) -> String { digest(Array(secret.utf8)) }

    package static func digest(_ bytes: [UInt8]) -> String { FaceCore.SHA256.hex(of: bytes) }

    /// HMAC-SHA256 of a text, as base64url.
    package static func sign(_ text: String, with key: String) -> String {
        let code = HMAC<Crypto.SHA256>.authenticationCode(
            for: Data(text.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return Secret.text(Array(code))
    }

    package static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    package static func bytes(_ text: String) -> [UInt8]? {
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard + padding).map(Array.init)
    }
}
