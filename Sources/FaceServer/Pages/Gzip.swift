import CZlib

/// Compresses bytes as gzip (RFC 1952), for answers that are the same for everybody: what holds a secret beside something
/// that a stranger chooses must never be compressed (BREACH).
package enum Gzip {
    /// At the best level, without a time in its head: the same bytes always give the same. Nil when it would not get
    /// smaller by a tenth.
    package static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 256, bytes.count < Int(UInt32.max) else { return nil }
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        let out = [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(bytes.count)))) { target, count in
            input.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            }
        }
        return out.isEmpty || out.count > bytes.count / 10 * 9 ? nil : out
    }

    /// Whether a client that sent this `Accept-Encoding` takes gzip.
    package static func isAccepted(_ header: String?) -> Bool {
        for part in (header ?? "").split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = pieces.first, ["gzip", "x-gzip", "*"].contains(name) else { continue }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return weight > 0
        }
        return false
    }
}
