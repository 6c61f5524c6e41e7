import CKernels

/// CRC-32C (Castagnoli), the checksum of sections of graph and index files: finds damage, not malice.
public enum CRC32C {
    /// The checksum of `bytes`, or of what gave `start` followed by them.
    public static func checksum(_ bytes: UnsafeRawBufferPointer, from start: UInt32 = 0) -> UInt32 {
        ck_crc32c(start, bytes.baseAddress, bytes.count)
    }

    public static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }
}
