import FaceCore
import Glibc

/// The report's words for numbers and codes.
enum PlainWords {
    /// Why a face could not be used.
    static func reason(_ reason: Quality.Reason) -> String {
        switch reason {
        case .blurry: "out of focus"
        case .tooSmall: "too small to recognise"
        case .profile: "seen from the side"
        case .tilted: "head tilted too far"
        case .underexposed: "too dark"
        case .overexposed: "too bright"
        case .lowContrast: "too little contrast"
        case .cutOff: "cut off by the edge"
        case .lowDetectorScore: "hardly a face"
        case .notAFace: "not a face"
        }
    }

    static func count(_ n: Int, _ one: String, _ many: String) -> String {
        "\(HTMLWriter.grouped(n)) \(n == 1 ? one : many)"
    }

    /// Seconds as people read them: `340 ms`, `3.4 s`, `2 min 05 s`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "–" }
        if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 59.95 { return "\(tenths(seconds)) s" }
        let whole = Int(min(seconds, 1e9).rounded())
        if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
        return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    }

    /// A share as a whole percentage that does not claim certainty: 0.999 is `> 99 %`.
    static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "–" }
        if share >= 0.995, share < 1 { return "> 99\u{202F}%" }
        if share > 0, share < 0.01 { return "< 1\u{202F}%" }
        return "\(Int((min(max(share, 0), 1) * 100).rounded()))\u{202F}%"
    }

    /// A similarity or quality with two decimals.
    static func hundredths(_ x: Float) -> String {
        guard x.isFinite else { return "–" }
        let n = Int((min(max(x, -9), 9) * 100).rounded())
        return "\(n < 0 ? "−" : "")\(abs(n) / 100).\(two(abs(n) % 100))"
    }

    private static func tenths(_ x: Double) -> String {
        let n = Int((x * 10).rounded())
        return "\(n / 10).\(n % 10)"
    }

    private static func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }

    /// The last part of a path, as people know their photos.
    static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
