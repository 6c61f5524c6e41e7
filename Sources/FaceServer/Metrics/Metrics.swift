import Foundation
import Synchronization

/// Counters, gauges and histograms in Prometheus' text format 0.0.4. Labels are routes, statuses and kinds: never names or
/// ids.
package final class Metrics: Sendable {
    /// Seconds at which requests, searches and jobs are counted.
    package static let bounds: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.6, 1.5, 5, 30, 300]

    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private struct Histogram {
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
        var sum = 0.0
        var count = 0
    }

    private struct State {
        var counters: [Series: Double] = [:]
        var histograms: [Series: Histogram] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func count(_ name: String, _ labels: [(String, String)] = [], by amount: Double = 1) {
        let series = Series(name: name, labels: Self.text(labels))
        state.withLock { $0.counters[series, default: 0] += amount }
    }

    package func observe(_ name: String, _ labels: [(String, String)] = [], seconds: Double) {
        let series = Series(name: name, labels: Self.text(labels))
        state.withLock { state in
            var histogram = state.histograms[series] ?? Histogram()
            for (k, bound) in Self.bounds.enumerated() where seconds <= bound { histogram.buckets[k] += 1 }
            histogram.sum += seconds
            histogram.count += 1
            state.histograms[series] = histogram
        }
    }

    /// A value that is read when somebody asks.
    package struct Gauge: Sendable {
        package let name: String
        package let labels: [(String, String)]
        package let value: Double

        package init(_ name: String, _ value: Double, _ labels: [(String, String)] = []) {
            self.name = name
            self.labels = labels
            self.value = value
        }
    }

    /// The page that Prometheus reads.
    package func text(gauges: [Gauge]) -> String {
        let (counters, histograms) = state.withLock { ($0.counters, $0.histograms) }
        var families: [String: (type: String, lines: [String])] = [:]
        for (series, value) in counters {
            families[series.name, default: ("counter", [])].lines.append(
                "\(series.name)\(Self.braced(series.labels)) \(Self.number(value))")
        }
        for gauge in gauges {
            families[gauge.name, default: ("gauge", [])].lines.append(
                "\(gauge.name)\(Self.braced(Self.text(gauge.labels))) \(Self.number(gauge.value))")
        }
        for (series, histogram) in histograms {
            families[series.name, default: ("histogram", [])].lines.append(Self.lines(series, histogram))
        }
        return families.sorted { $0.key < $1.key }.map { name, family in
            "# TYPE \(name) \(family.type)\n" + family.lines.sorted().joined(separator: "\n") + "\n"
        }.joined()
    }

    private static func lines(_ series: Series, _ histogram: Histogram) -> String {
        let comma = series.labels.isEmpty ? "" : ","
        var lines = zip(bounds, histogram.buckets).map { bound, count in
            "\(series.name)_bucket{\(series.labels)\(comma)le=\"\(bound)\"} \(count)"
        }
        lines.append("\(series.name)_bucket{\(series.labels)\(comma)le=\"+Inf\"} \(histogram.count)")
        lines.append("\(series.name)_sum\(braced(series.labels)) \(number(histogram.sum))")
        lines.append("\(series.name)_count\(braced(series.labels)) \(histogram.count)")
        return lines.joined(separator: "\n")
    }

    private static func text(_ labels: [(String, String)]) -> String {
        labels.map { key, value in
            let escaped = value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
                of: "\"", with: "\\\"")
            return "\(key)=\"\(escaped)\""
        }.joined(separator: ",")
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
