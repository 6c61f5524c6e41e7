import FaceCore
import Foundation

/// Numbers as pages and tables show them: fractions, never per cent.
public enum ReportNumber {
    public static func fixed(_ x: Double, _ decimals: Int) -> String {
        x.isFinite ? String(format: "%.\(max(0, min(15, decimals)))f", x) : "–"
    }

    /// A rate with four decimals, or five where it is so near an end that four would show the end.
    public static func rate(_ x: Double?) -> String {
        guard let x, x.isFinite else { return "–" }
        let near = min(abs(x), abs(1 - x))
        return fixed(x, near > 0 && near < 0.001 ? 5 : 4)
    }

    public static func interval(_ i: Interval?) -> String { i.map { "\(rate($0.low))–\(rate($0.high))" } ?? "–" }

    /// 0.001 as `1e-3`, as papers write false accept rates.
    public static func far(_ x: Double) -> String {
        let exponent = log10(x)
        return x > 0 && x < 0.1 && exponent == exponent.rounded() ? "1e\(Int(exponent))" : String(format: "%g", x)
    }

    /// 12345 as 12 345 with thin spaces.
    public static func count(_ n: Int) -> String { HTMLWriter.grouped(n) }
}
