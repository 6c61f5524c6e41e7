public import FaceCore

/// Binary portable greymaps (`P5`) of 8 bits, the format of the ORL faces.
public enum PortableGreymap {
    /// Comments begin with `#` and end with the line. Throws `image-corrupt`, `image-truncated`, `image-unsupported`
    /// (16 bits, or another kind) or `image-too-large`; `name` is the subject of errors.
    public static func read(_ bytes: ArraySlice<UInt8>, name: String) throws(LikenessError) -> GreyPicture {
        guard bytes.starts(with: Array("P5".utf8)) else {
            throw LikenessError(.imageUnsupported, subject: name, "the file is no binary portable greymap")
        }
        var at = bytes.startIndex + 2
        var numbers: [Int] = []
        while numbers.count < 3 { numbers.append(try number(bytes, &at, name)) }
        let (width, height, most) = (numbers[0], numbers[1], numbers[2])
        guard (1...255).contains(most) else {
            throw LikenessError(.imageUnsupported, subject: name, "the largest value is \(most); up to 255 are read")
        }
        guard width > 0, height > 0 else {
            throw LikenessError(.imageCorrupt, subject: name, "the picture has \(width) × \(height) pixels")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, count <= 1 << 28 else {
            throw LikenessError(.imageTooLarge, subject: name, "\(width) × \(height) pixels are too many")
        }
        at += 1  // exactly one blank ends the header
        guard at <= bytes.endIndex, bytes.endIndex - at >= count else {
            throw LikenessError(.imageTruncated, subject: name, "the file ends before its picture does")
        }
        let scaled = bytes[at..<at + count].map { UInt8((min(Int($0), most) * 255 + most / 2) / most) }
        return GreyPicture(width: width, height: height, pixels: scaled)
    }

    private static func number(
        _ bytes: ArraySlice<UInt8>, _ at: inout Int, _ name: String
    ) throws(LikenessError) -> Int {
        while at < bytes.endIndex {
            if bytes[at] == UInt8(ascii: "#") {
                at = bytes[at...].firstIndex(of: 0x0A) ?? bytes.endIndex
            } else if bytes[at] == 0x20 || (0x09...0x0D).contains(bytes[at]) {
                at += 1
            } else {
                break
            }
        }
        let digits = bytes[at...].prefix { (0x30...0x39).contains($0) }
        at += digits.count
        guard !digits.isEmpty, digits.count <= 9, let value = Int(String(decoding: digits, as: UTF8.self)) else {
            throw LikenessError(
                .imageCorrupt, subject: name, "the header of the greymap has no number where one belongs")
        }
        return value
    }
}
