import Foundation

/// What the kernel says of this process, for `/metrics`.
enum ProcessFigures {
    static func gauges() -> [Metrics.Gauge] {
        var gauges: [Metrics.Gauge] = []
        if let resident = residentBytes() { gauges.append(.init("process_resident_memory_bytes", Double(resident))) }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            gauges.append(.init("process_open_fds", Double(files)))
        }
        return gauges
    }

    private static func residentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Bytes that are free on the file system of a folder; nil when that cannot be told.
    static func freeBytes(_ folder: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
    }
}
