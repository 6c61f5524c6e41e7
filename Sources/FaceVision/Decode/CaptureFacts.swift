/// When and where a photo was taken, as its file says.
public struct CaptureFacts: Sendable, Hashable, Codable {
    /// ISO 8601 in local time: `2024-05-01T12:33:10`, with a fraction of the second (`.25`) and the offset (`+02:00`)
    /// where the camera recorded them.
    public var date: String?
    /// Degrees, north positive, in −90…90.
    public var latitude: Double?
    /// Degrees, east positive, in −180…180.
    public var longitude: Double?
    /// Metres above the sea.
    public var altitude: Double?

    public init(date: String? = nil, latitude: Double? = nil, longitude: Double? = nil, altitude: Double? = nil) {
        self.date = date
        self.latitude = latitude
        self.longitude = longitude
        self.altitude = altitude
    }

    /// Of an EXIF block: a TIFF structure, with or without the leading "Exif\0\0". Reads hostile bytes: whatever is out of
    /// place is absent. A place of exactly 0°, 0° is what receivers without a fix write, and is absent too.
    package init(exif bytes: [UInt8]) {
        self.init(date: Exif(bytes).captureDate)
        let named = bytes.starts(with: Array("Exif\0\0".utf8))
        var tiff = TIFFReader(named ? Array(bytes.dropFirst(6)) : bytes)
        guard let first = tiff.firstDirectory() else { return }
        let root = tiff.directory(at: first)
        let detail = root[0x8769].flatMap { tiff.integer($0) }.map { tiff.directory(at: $0) } ?? [:]
        addSubseconds(tiff, detail)
        if let place = root[0x8825].flatMap({ tiff.integer($0) }) { addPlace(tiff, tiff.directory(at: place)) }
    }

    /// Fractions of the second belong to DateTimeOriginal alone.
    private mutating func addSubseconds(_ tiff: TIFFReader, _ detail: [Int: TIFFReader.Entry]) {
        guard let date, let original = detail[0x9003].flatMap({ tiff.text($0) }), !original.hasPrefix("0000"),
            let digits = detail[0x9291].flatMap({ tiff.text($0) })?.split(separator: " ").first,
            (1...9).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return }
        self.date = date.prefix(19) + ".\(digits)" + date.dropFirst(19)
    }

    private mutating func addPlace(_ tiff: TIFFReader, _ place: [Int: TIFFReader.Entry]) {
        func degrees(_ value: Int, _ side: Int, _ negative: String, limit: Double) -> Double? {
            guard let parts = place[value].flatMap({ tiff.fractions($0) }), parts.count == 3,
                let reference = place[side].flatMap({ tiff.text($0) })?.uppercased()
            else { return nil }
            let d = parts[0] + parts[1] / 60 + parts[2] / 3600
            guard parts[1] <= 60, parts[2] <= 60, d <= limit else { return nil }
            return reference == negative ? -d : d
        }
        guard let north = degrees(2, 1, "S", limit: 90), let east = degrees(4, 3, "W", limit: 180),
            north != 0 || east != 0
        else { return }
        (latitude, longitude) = (north, east)
        guard let height = place[6].flatMap({ tiff.fractions($0) })?.first, height < 100_000 else { return }
        altitude = place[5].flatMap { tiff.byte($0) } == 1 ? -height : height
    }
}
