import Glibc

/// The bytes of a file in the address space, read-only, until the last reference goes.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    public let bytes: UnsafeRawBufferPointer

    package init(base: UnsafeMutableRawPointer, count: Int, path: String) {
        bytes = UnsafeRawBufferPointer(start: base, count: count)
        self.path = path
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
