import FaceCore
import Foundation

extension SHA256 {
    static func hex(ofFile path: String) throws(LikenessError) -> String {
        guard let d = FileManager.default.contents(atPath: path) else {
            throw LikenessError(.fileMissing, subject: path, "cannot be read")
        }
        return hex(Array(d))
    }
}
extension SHA256 { package static func hex(of bytes: [UInt8]) -> String { hex(bytes) } }
