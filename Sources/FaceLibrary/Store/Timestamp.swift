import Glibc

/// Seconds since 1970 and their text (RFC 3339, UTC), without a formatter: a page of people writes two hundred of them.
package enum Timestamp {
    @Sendable package static func now() -> Double {
        var t = timespec()
        clock_gettime(CLOCK_REALTIME, &t)
        return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
    }

    /// `2026-11-21T22:00:00Z`. Days to civil date: Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
    package static func text(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.down))
        let days = (whole >= 0 ? whole : whole - 86_399) / 86_400
        let rest = whole - days * 86_400
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let doe = z - era * 146_097
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100)
        let mp = (5 * doy + 2) / 153
        let (day, month) = (doy - (153 * mp + 2) / 5 + 1, mp < 10 ? mp + 3 : mp - 9)
        let year = yoe + era * 400 + (month <= 2 ? 1 : 0)
        let clock = "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return "\(padded(year, 4))-\(two(month))-\(two(day))T\(clock)Z"
    }

    static func text(_ seconds: Double?) -> String? { seconds.map { text($0) } }

    /// Reads `2024-05-01`, `2024-05-01T12:33:10` with fractions and an offset; a time without an offset counts as UTC.
    package static func seconds(_ text: String) -> Double? {
        let b = Array(text.utf8)
        func number(_ at: Int, _ count: Int) -> Int? {
            guard at + count <= b.count, b[at..<at + count].allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
            return b[at..<at + count].reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        guard let year = number(0, 4), b.count >= 10, b[4] == 45, b[7] == 45, let month = number(5, 2),
            let day = number(8, 2), (1...12).contains(month), (1...31).contains(day), year > 0
        else { return nil }
        var seconds = Double(days(year, month, day) * 86_400)
        guard b.count > 10 else { return seconds }
        guard b.count >= 19, let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        seconds += Double(hour * 3600 + minute * 60 + second)
        if let sign = b[19...].firstIndex(where: { $0 == 43 || $0 == 45 }), let h = number(sign + 1, 2) {
            let offset = Double(h * 3600 + (number(sign + 4, 2) ?? 0) * 60)
            seconds -= b[sign] == 43 ? offset : -offset
        }
        return seconds
    }

    /// Whether a text is a day of the calendar.
    package static func isDay(_ text: String) -> Bool {
        text.utf8.count == 10 && seconds(text).map { self.text($0).hasPrefix(text) } == true
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yoe = y - era * 400
        let doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
    }

    private static func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }

    static func padded(_ n: Int, _ width: Int) -> String {
        let text = "\(n)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
