import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceVision
import Foundation

/// Vectors to be measured: from a file, or made from photos.
struct VectorSourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Vectors, one row an item (.npy).", valueName: "file")) var vectors: String?
    @Option(
        help: ArgumentHelp("Names of the rows, one a line, or what embed --index wrote (.jsonl).", valueName: "file"))
    var index: String?
    @Option(help: ArgumentHelp("Make the vectors from the photos of this folder instead.", valueName: "folder"))
    var images: String?
    @Flag(help: "The photos are crops aligned to the model's template: embed them as they are.") var aligned = false
    @OptionGroup(title: "Options with --images or a .bin") var detection: DetectionOptions
    @OptionGroup(title: "Options with --images or a .bin") var embedding: EmbeddingOptions

    /// `withPhotos`: the list itself holds the photos (InsightFace `.bin`).
    func check(withPhotos: Bool) throws {
        if withPhotos {
            guard vectors == nil, images == nil else {
                throw ValidationError("A .bin holds its photos: leave out --vectors and --images.")
            }
        } else if (vectors == nil) == (images == nil) {
            throw ValidationError("Give either --vectors with --index, or --images.")
        } else if (vectors == nil) != (index == nil) {
            throw ValidationError("--vectors needs the names of its rows: --index.")
        }
    }

    /// The vectors of a file with the names of their rows, and boxes where the index knows them.
    func read(_ vectors: String, _ index: String) throws(LikenessError) -> NamedVectors {
        let matrix = try NPY.readMatrix(vectors)
        let names = try ItemIndex(path: index)
        guard matrix.rows == names.names.count else {
            throw LikenessError(
                .lengthMismatch, subject: index,
                "\(names.names.count) names stand for \(matrix.rows) rows of \(vectors)")
        }
        var boxes: [String: Box] = [:]
        if index.hasSuffix(".jsonl") {
            for face in try JSONLinesReader<Face>.readAll(index) { boxes[face.source] = face.box }
        }
        return NamedVectors(vectors: matrix, index: names, boxes: boxes)
    }
}

/// Vectors with the names of their rows, and what is known of how they were made.
struct NamedVectors {
    var vectors: Matrix
    var index: ItemIndex
    var boxes: [String: Box] = [:]
    /// Items without a face: rows of zeros.
    var withoutFace: [String] = []
    /// Photos that were looked at; 0 for vectors from a file.
    var photos = 0
    var settings: [EvaluationReport.Setting] = []

    /// What an image without a face scores, in a sentence; nil when there is none.
    var withoutFaceNote: String? {
        withoutFace.isEmpty
            ? nil
            : "\(withoutFace.count) images without a face: vectors of zeros, so that they score 0 with every other image"
    }
}

/// Photos to vectors for an evaluation: the face nearest the centre of each photo, or whole aligned crops.
struct EvaluationImages {
    let options: VectorSourceOptions
    let common: CommonOptions

    /// The vectors of the photos `items` of a folder; nil: of every photo in it, named by its path inside the folder.
    ///
    /// A photo that is not there or cannot be read has no row; one without a face has a row of zeros.
    func embed(folder: String, items: [String]?) throws -> NamedVectors {
        var photos: [(name: String, path: String)] = []
        if let items {
            photos = items.compactMap { item in Self.path(of: item, in: folder).map { (item, $0) } }
        } else {
            let root = folder.hasSuffix("/") ? folder : folder + "/"
            for found in PhotoFinder().find([folder]) {
                let path = try found.get()
                photos.append((path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path, path))
            }
        }
        guard !photos.isEmpty else {
            throw LikenessError(.fileMissing, subject: folder, "none of the photos is in this folder")
        }
        return try embed(photos)
    }

    /// The vectors of the photos inside a pack.
    func embed(_ pack: InsightFacePack) throws -> NamedVectors {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "likeness-pack-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var photos: [(name: String, path: String)] = []
        for i in 0..<pack.photoCount {
            let name = InsightFacePack.name(i)
            let path = folder.appendingPathComponent(name).path
            try AtomicFile.write(pack.photo(i), to: path)
            photos.append((name, path))
        }
        return try embed(photos)
    }

    private func embed(_ photos: [(name: String, path: String)]) throws -> NamedVectors {
        let vision = try Vision(options.detection, embedding: options.embedding, common: common)
        guard let embedder = vision.embedder else { throw LikenessError(.defect, "no embedder was asked for") }
        var made =
            options.aligned
            ? try chips(photos, vision, embedder) : try found(photos, vision, embedder)
        made.photos = photos.count
        made.settings = [
            .init("Model", "\(embedder.card.id) \(embedder.card.version)"), .init("Space", embedder.space.id),
            .init("Faces", options.aligned ? "crops as they are" : "\(vision.detector.id), nearest the centre"),
            .init(
                "Views",
                options.embedding.jitter > 0
                    ? "\(options.embedding.jitter)" : options.embedding.flip ? "2 (mirror)" : "1"),
        ]
        if let note = made.withoutFaceNote {
            common.console.warning(note)
            made.settings.append(.init("Images without a face", "\(made.withoutFace.count), similarity 0"))
        }
        return made
    }

    private func found(
        _ photos: [(name: String, path: String)], _ vision: Vision, _ embedder: FaceEmbedder
    ) throws -> NamedVectors {
        let names = Dictionary(photos.map { ($0.path, $0.name) }, uniquingKeysWith: { a, _ in a })
        var (rows, kept, without, boxes) = ([[Float]](), [String](), [String](), [String: Box]())
        let zero = [Float](repeating: 0, count: embedder.space.dimension)
        // lists and packs hold a photo many times; its face is looked for once, and every copy has its vector
        var (rowOf, copies) = ([String: Int](), [(name: String, first: String)]())
        var run = PhotoRun(vision: vision, console: common.console)
        try run.run(photos.map(\.path)) { result throws(LikenessError) in
            guard let name = names[result.path], result.error == nil else { return }
            if let first = result.duplicateOf { return copies.append((name, first)) }
            rowOf[result.path] = rows.count
            kept.append(name)
            if let face = result.central.first, let vector = face.embedding {
                rows.append(vector)
                boxes[name] = face.face.box
            } else {
                rows.append(zero)
                without.append(name)
            }
        }
        run.reportProblems()
        guard !rows.isEmpty else { throw LikenessError(.emptyInput, "no photo could be read") }
        let faceless = Set(without)
        for (name, first) in copies {
            guard let row = rowOf[first] else { continue }
            if faceless.contains(kept[row]) { without.append(name) }
            boxes[name] = boxes[kept[row]]
            kept.append(name)
            rows.append(rows[row])
        }
        return NamedVectors(
            vectors: Matrix(rows), index: try ItemIndex(names: kept), boxes: boxes, withoutFace: without)
    }

    /// Crops in batches; they are resized to the model's side where they differ.
    private func chips(
        _ photos: [(name: String, path: String)], _ vision: Vision, _ embedder: FaceEmbedder
    ) throws -> NamedVectors {
        let decoder = try PhotoDecoder(.init(workingSize: 0, hashesContent: false))
        let side = embedder.aligner.size
        var (rows, kept) = ([[Float]](), [String]())
        for start in stride(from: 0, to: photos.count, by: 256) {
            var batch: [Raster] = []
            for photo in photos[start..<min(start + 256, photos.count)] {
                do {
                    let raster = try decoder.decode(path: photo.path).raster
                    batch.append(
                        raster.width == side && raster.height == side
                            ? raster : try raster.portrait(of: raster.bounds, side: side, margin: 1))
                    kept.append(photo.name)
                } catch { common.console.warning("left out: \(error)") }
            }
            let vectors = try embedder.embed(chips: batch)
            for i in 0..<vectors.rows { rows.append(vectors.row(i)) }
            common.console.progress("\(min(start + 256, photos.count))/\(photos.count) photos")
        }
        common.console.progress("")
        guard !rows.isEmpty else { throw LikenessError(.emptyInput, "no photo could be read") }
        return NamedVectors(vectors: Matrix(rows), index: try ItemIndex(names: kept))
    }

    /// The file of an item: its name, with a suffix of a photo where it has none. Names do not leave the folder.
    static func path(of item: String, in folder: String) -> String? {
        let parts = item.split(separator: "/", omittingEmptySubsequences: false)
        if item.hasPrefix("/") { return item.hasPrefix(folder) && exists(item) ? item : nil }
        guard !parts.contains("..") else { return nil }
        return ["", ".jpg", ".jpeg", ".png", ".webp"].map { "\(folder)/\(item)\($0)" }.first(where: exists)
    }

    private static func exists(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}
