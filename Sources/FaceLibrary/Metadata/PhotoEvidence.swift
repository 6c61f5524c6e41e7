public import FaceCore
public import FaceVision

/// What a photo's file and its sidecars say about it: when, where, and which faces others have marked.
public struct PhotoEvidence: Sendable {
    public var capture: CaptureFacts
    /// Each face once; of sidecar, shared sidecar and photo, the first that has it.
    public var regions: [FaceRegion]
    /// EXIF orientation of the stored picture, and its sides; 0 where the file does not say.
    public var orientation: Int
    public var storedWidth: Int
    public var storedHeight: Int
    /// Parts that could not be understood; everything else is here.
    public var problems: [LikenessError] = []

    /// Reads the blocks of a photo and its sidecars (`photo.jpg.xmp`, `photo.xmp`) without decoding pixels.
    ///
    /// Throws where the photo itself cannot be read; broken metadata become ``problems``.
    public init(photo: String) throws(LikenessError) {
        let metadata = try PhotoMetadata(path: photo)
        capture = metadata.capture
        regions = []
        orientation = metadata.orientation
        storedWidth = metadata.storedWidth
        storedHeight = metadata.storedHeight
        for path in SidecarChange.candidates(for: photo) {
            do throws(LikenessError) {
                if let bytes = try SidecarChange.bytes(path) { try take(bytes, from: path) }
            } catch { problems.append(error) }
        }
        for packet in metadata.xmp {
            do throws(LikenessError) { try take(packet, from: photo) } catch { problems.append(error) }
        }
    }

    private mutating func take(_ xmp: [UInt8], from file: String) throws(LikenessError) {
        let properties = try XMPDocument(xmp, subject: file).properties
        let reader = RegionReader(
            orientation: StoredOrientation(exif: orientation), storedWidth: storedWidth, storedHeight: storedHeight,
            file: file)
        for region in reader.regions(properties) {
            if let k = regions.firstIndex(where: { $0.box.overlap(region.box) > 0.5 }) {
                regions[k].name = regions[k].name ?? region.name
            } else {
                regions.append(region)
            }
        }
        if capture.date == nil { capture.date = XMPCapture.date(properties) }
        if capture.latitude == nil, let place = XMPCapture.place(properties) {
            (capture.latitude, capture.longitude) = place
        }
    }
}

/// Date and place as XMP writes them, for photos without EXIF.
enum XMPCapture {
    /// ISO 8601, to the second at least.
    static func date(_ properties: XMPValue) -> String? {
        let values = [
            properties[XMPSpace.exif, "DateTimeOriginal"], properties[XMPSpace.photoshop, "DateCreated"],
        ]
        return values.lazy.compactMap { $0?.text }.first(where: isDate)
    }

    private static func isDate(_ text: String) -> Bool {
        let u = Array(text.utf8)
        guard (19...35).contains(u.count) else { return false }
        let pattern = Array("dddd-dd-ddTdd:dd:dd".utf8)
        let fits = zip(u, pattern).allSatisfy { c, p in p == UInt8(ascii: "d") ? (0x30...0x39).contains(c) : c == p }
        return fits && u[19...].allSatisfy { (0x30...0x39).contains($0) || ".:+-Z".utf8.contains($0) }
    }

    /// "52,31.2N" or "52,31,12N" each.
    static func place(_ properties: XMPValue) -> (Double?, Double?)? {
        guard let north = degrees(properties[XMPSpace.exif, "GPSLatitude"]?.text, "N", "S", limit: 90),
            let east = degrees(properties[XMPSpace.exif, "GPSLongitude"]?.text, "E", "W", limit: 180),
            north != 0 || east != 0
        else { return nil }
        return (north, east)
    }

    private static func degrees(_ text: String?, _ plus: String, _ minus: String, limit: Double) -> Double? {
        guard let text, text.utf8.count <= 64, let side = text.last.map(String.init)?.uppercased() else { return nil }
        let parts = text.dropLast().split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard side == plus || side == minus, (1...3).contains(parts.count), parts.allSatisfy({ $0 >= 0 }),
            parts.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        let value = zip(parts, [1.0, 60, 3600]).reduce(0) { $0 + $1.0 / $1.1 }
        guard value <= limit else { return nil }
        return side == minus ? -value : value
    }
}
