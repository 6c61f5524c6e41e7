public import FaceCore
import Glibc

/// Waits for a change below some folders, by the system's notices (inotify).
///
/// A hint only: notices are lost when too many come at once, on network drives, and where the limit of watched folders is
/// reached. Whoever waits compares the folders anyway after a while.
public final class FolderWatcher {
    private let roots: [String]
    private let descriptor: Int32
    private static let mask =
        UInt32(IN_CREATE) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)
    /// Folders that are watched at most; the rest is found by comparing.
    private static let limit = 8192

    public init(_ roots: [String]) {
        self.roots = roots
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Returns after a change has come to rest, at the latest after `seconds`, or soon after the cancellation.
    public func wait(seconds: Double, cancellation: Cancellation) {
        enterFolders()
        var waited = 0.0
        var quiet = 0.0
        var changed = false
        while waited < seconds, !cancellation.isCancelled {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = descriptor >= 0 ? Glibc.poll(&poll, 1, 200) : 0
            if descriptor < 0 { usleep(200_000) }
            waited += 0.2
            if ready > 0, drain() {
                changed = true
                quiet = 0
                usleep(50_000)
            } else if changed {
                quiet += 0.2
                // copying a card takes a while: begin when no file came for a second
                if quiet >= 1 { return }
            }
        }
    }

    /// Reads all notices; false when there was none.
    private func drain() -> Bool {
        var any = false
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) > 0 { any = true }
        }
        return any
    }

    private func enterFolders() {
        guard descriptor >= 0 else { return }
        var open = roots
        var seen = 0
        while let folder = open.popLast(), seen < Self.limit {
            guard inotify_add_watch(descriptor, folder, Self.mask) >= 0 else { continue }
            seen += 1
            guard let listing = opendir(folder) else { continue }
            defer { closedir(listing) }
            while let entry = readdir(listing) {
                guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if !name.hasPrefix(".") { open.append("\(folder)/\(name)") }
            }
        }
    }
}
