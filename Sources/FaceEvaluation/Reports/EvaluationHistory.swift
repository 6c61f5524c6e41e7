public import FaceCore
import Glibc

/// Records of past evaluations, one JSON object a line, only ever appended to.
public enum EvaluationHistory {
    /// Adds one line, in one write, so that two processes do not mix theirs. Throws `file-unwritable`, and `defect`
    /// when the text holds a line break.
    public static func append(_ record: [UInt8], to path: String) throws(LikenessError) {
        guard !record.contains(UInt8(ascii: "\n")) else {
            throw LikenessError(.defect, subject: path, "a record of the history is one line")
        }
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        let line = record + [UInt8(ascii: "\n")]
        let written = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written == line.count else { throw failure(path) }
    }

    private static func failure(_ path: String) -> LikenessError {
        LikenessError(.fileUnwritable, subject: path, "cannot be appended to: \(String(cString: strerror(errno)))")
    }
}
