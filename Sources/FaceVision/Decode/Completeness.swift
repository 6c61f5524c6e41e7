/// Whether a file ends before its picture does, by the lengths that the file itself states.
///
/// libvips reads many cut files without a word. JPEG and BMP need no look here: their own decoders tell.
func isCut(_ bytes: [UInt8], _ format: ImageFormat) -> Bool {
    switch format {
    case .png: isPNGCut(bytes)
    case .webp: bytes.count < 12 || little(bytes, 4) + 8 > bytes.count
    case .heic, .avif: isBoxCut(bytes)
    case .gif: isGIFCut(bytes)
    case .tiff: isTIFFCut(bytes)
    case .jpeg, .bmp: false
    }
}

private func little(_ b: [UInt8], _ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(b[at + $1]) << (8 * $1) } }
private func big(_ b: [UInt8], _ at: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(b[at + $1]) } }

/// Chunks of length, name, content and checksum up to IEND (PNG 3rd edition, §5.3).
private func isPNGCut(_ b: [UInt8]) -> Bool {
    var at = 8
    while at <= b.count - 12 {
        let end = at + 12 + big(b, at)
        if end > b.count { return true }
        if b[(at + 4)..<(at + 8)].elementsEqual("IEND".utf8) { return false }
        at = end
    }
    return true
}

/// Boxes of length and name (ISO 14496-12, §4.2); length 1: eight more bytes say it, length 0: to the end.
private func isBoxCut(_ b: [UInt8]) -> Bool {
    var at = 0
    var sawContent = false
    while at <= b.count - 8 {
        var size = big(b, at)
        if b[(at + 4)..<(at + 8)].elementsEqual("meta".utf8) { sawContent = true }
        if size == 0 { return false }
        if size == 1 {
            guard at <= b.count - 16 else { return true }
            size = big(b, at + 8) << 32 | big(b, at + 12)
        }
        // a length that is nonsense is damage, not an early end
        if size < 8 { return false }
        if size > b.count - at { return true }
        at += size
    }
    return !sawContent
}

/// Blocks up to the end of the first picture (GIF89a, §15–20).
private func isGIFCut(_ b: [UInt8]) -> Bool {
    guard b.count >= 13 else { return true }
    func colours(_ flags: UInt8) -> Int { flags & 0x80 != 0 ? 3 << (Int(flags & 7) + 1) : 0 }
    /// After the chain of sub-blocks at `start`; nil when the data end before.
    func afterSubBlocks(_ start: Int) -> Int? {
        var at = start
        while at < b.count {
            if b[at] == 0 { return at + 1 }
            at += Int(b[at]) + 1
        }
        return nil
    }
    var at = 13 + colours(b[10])
    while at < b.count {
        switch b[at] {
        case 0x21:
            guard let next = afterSubBlocks(at + 2) else { return true }
            at = next
        case 0x2C: return at + 9 >= b.count || afterSubBlocks(at + 11 + colours(b[at + 9])) == nil
        default: return false
        }
    }
    return true
}

/// Strips or tiles of the first directory (TIFF 6.0). BigTIFF is left to its decoder.
private func isTIFFCut(_ b: [UInt8]) -> Bool {
    if b.count < 8 { return true }
    if b[2] == 0x2B || b[3] == 0x2B { return false }
    var tiff = TIFFReader(b)
    guard let first = tiff.firstDirectory() else { return false }
    if first > b.count - 2 { return true }
    let root = tiff.directory(at: first)
    for (offsets, lengths) in [(0x0111, 0x0117), (0x0144, 0x0145)] {
        guard let o = root[offsets], let n = root[lengths], [3, 4].contains(o.type), [3, 4].contains(n.type) else {
            continue
        }
        guard let starts = tiff.integers(o), let sizes = tiff.integers(n) else { return true }
        if zip(starts, sizes).contains(where: { $0 + $1 > b.count }) { return true }
        return false
    }
    return root.isEmpty
}
