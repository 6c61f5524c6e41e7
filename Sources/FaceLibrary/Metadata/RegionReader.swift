import FaceCore

/// Finds face regions in XMP.
///
/// Convention, as digiKam and Immich have it: coordinates of both schemas refer to the picture as stored, before its EXIF
/// orientation is applied. Old versions of digiKam wrote them for the upright picture and say so only by the sides in
/// `AppliedToDimensions`: where these fit the upright picture and not the stored one, the box is taken as it is. Microsoft's
/// schema has no sides; Windows turns the pixels themselves and writes orientation 1, so that both readings agree there.
struct RegionReader {
    let orientation: StoredOrientation
    /// Sides of the picture as stored, in pixels.
    let storedWidth: Int
    let storedHeight: Int
    let file: String
    /// A hostile file must not become a million faces.
    static let mostRegions = 1000

    /// All face regions; one that both schemas have is named once, by the working group's.
    func regions(_ properties: XMPValue) -> [FaceRegion] {
        var found = workingGroup(properties)
        for region in microsoft(properties) where !found.contains(where: { $0.box.overlap(region.box) > 0.5 }) {
            found.append(region)
        }
        return found
    }

    private func workingGroup(_ properties: XMPValue) -> [FaceRegion] {
        guard let regions = properties[XMPSpace.regions, "Regions"],
            let list = regions[XMPSpace.regions, "RegionList"]
        else { return [] }
        let isUpright = refersToUpright(regions[XMPSpace.regions, "AppliedToDimensions"])
        return list.items.prefix(RegionReader.mostRegions).compactMap { item in
            // animals, bar codes and points of focus are regions too
            guard item[XMPSpace.regions, "Type"]?.text ?? "Face" == "Face",
                let stored = RegionReader.box(item, upright: isUpright, of: self),
                let box = inside(isUpright ? stored : orientation.upright(stored))
            else { return nil }
            let name = item[XMPSpace.regions, "Name"]?.text
            return FaceRegion(name: named(name), box: box, schema: .metadataWorkingGroup, file: file)
        }
    }

    /// Whether the sides that a region list was written for are those of the upright picture only.
    func refersToUpright(_ dimensions: XMPValue?) -> Bool {
        guard orientation.exchangesSides, let w = dimensions?[XMPSpace.dimensions, "w"]?.number,
            let h = dimensions?[XMPSpace.dimensions, "h"]?.number, w > 0, h > 0, storedWidth != storedHeight
        else { return false }
        // the picture may have been scaled since: only the shape counts
        return (w > h) != (storedWidth > storedHeight) && w != h
    }

    /// The box of a region in fractions of the picture it was written for. The point is the centre; a missing extent is 0.
    static func box(_ item: XMPValue, upright: Bool, of reader: RegionReader) -> Box? {
        guard let area = item[XMPSpace.regions, "Area"], let x = area[XMPSpace.area, "x"]?.number,
            let y = area[XMPSpace.area, "y"]?.number
        else { return nil }
        let unit = area[XMPSpace.area, "unit"]?.text ?? "normalized"
        let turned = upright && reader.orientation.exchangesSides
        let width = Double(max(1, turned ? reader.storedHeight : reader.storedWidth))
        let height = Double(max(1, turned ? reader.storedWidth : reader.storedHeight))
        var (w, h) = (area[XMPSpace.area, "w"]?.number ?? 0, area[XMPSpace.area, "h"]?.number ?? 0)
        if let d = area[XMPSpace.area, "d"]?.number, w == 0, h == 0 {
            // circles: the diameter is a fraction of the shorter side (MWG guidelines 2.0, 5.9.2.2)
            let pixels = d * (unit == "pixel" ? 1 : min(width, height))
            (w, h) = unit == "pixel" ? (pixels, pixels) : (pixels / width, pixels / height)
        }
        let (sx, sy) = unit == "pixel" ? (width, height) : (1, 1)
        return Box(
            x: Float((x - w / 2) / sx), y: Float((y - h / 2) / sy), width: Float(w / sx), height: Float(h / sy))
    }

    private func microsoft(_ properties: XMPValue) -> [FaceRegion] {
        guard let info = properties[XMPSpace.microsoft, "RegionInfo"],
            let list = info[XMPSpace.microsoftInfo, "Regions"]
        else { return [] }
        return list.items.prefix(RegionReader.mostRegions).compactMap { item in
            let numbers = item[XMPSpace.microsoftRegion, "Rectangle"]?.text?.split(separator: ",").map {
                Float(String($0).trimmed) ?? .nan
            }
            // a name without a rectangle says that the person is somewhere in the picture: no region
            guard let n = numbers, n.count == 4,
                let box = inside(orientation.upright(Box(x: n[0], y: n[1], width: n[2], height: n[3])))
            else { return nil }
            let name = item[XMPSpace.microsoftRegion, "PersonDisplayName"]?.text
            return FaceRegion(name: named(name), box: box, schema: .microsoft, file: file)
        }
    }

    /// The part of a box inside the picture; nil where that is nothing, or no number.
    private func inside(_ box: Box) -> Box? {
        guard [box.x, box.y, box.width, box.height].allSatisfy({ $0.isFinite && $0.magnitude < 1000 }) else {
            return nil
        }
        let part = box.clipped(width: 1, height: 1)
        return part.width > 1e-4 && part.height > 1e-4 ? part : nil
    }

    private func named(_ name: String?) -> String? {
        guard let name, !name.isEmpty else { return nil }
        return String(name.prefix(500))
    }
}
