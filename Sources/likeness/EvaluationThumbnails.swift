import FaceCore
import FaceVision
import Foundation

/// Small pictures of items for a report, from the folder that their names start from.
struct EvaluationThumbnails {
    private let folder: String
    private let boxes: [String: Box]
    private let decoder: PhotoDecoder
    private static let side = 160

    /// `boxes` are faces in pixels of the full photos, by item; of other photos the middle square is shown.
    init(_ folder: String, boxes: [String: Box]) throws(LikenessError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw LikenessError(.fileMissing, subject: folder, "there is no such folder of photos")
        }
        (self.folder, self.boxes) = (folder, boxes)
        decoder = try PhotoDecoder(.init(workingSize: 640, hashesContent: false))
    }

    /// nil for an item whose photo is not there or cannot be read: a report shows what it has.
    func jpeg(_ item: String) -> [UInt8]? {
        guard let path = EvaluationImages.path(of: item, in: folder), let photo = try? decoder.decode(path: path),
            let picture = try? cut(photo, boxes[item])
        else { return nil }
        return try? RasterEncoder.encode(picture, as: .jpeg(quality: 82))
    }

    private func cut(_ photo: DecodedPhoto, _ box: Box?) throws(LikenessError) -> Raster {
        if let box { return try photo.raster.portrait(of: box.scaled(by: photo.scale), side: Self.side) }
        let raster = photo.raster
        let side = Float(min(raster.width, raster.height))
        let middle = Box(
            x: (Float(raster.width) - side) / 2, y: (Float(raster.height) - side) / 2, width: side, height: side)
        return try raster.portrait(of: middle, side: Self.side, margin: 1)
    }
}
