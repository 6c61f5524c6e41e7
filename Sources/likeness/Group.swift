import ArgumentParser
import FaceCore
import FaceSpace
import FaceVision
import Foundation

struct Group: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Photos in, people out: writes people.json and report.html.",
        discussion: """
            likeness group ~/Pictures --out people
            likeness group holiday/ wedding/*.jpg --out people --detector mtcnn --min-face 30 --force

            Precision comes first: a face that is not clearly one of a person's stays loose. Two faces of one photo are \
            never one person, unless --allow-same-photo says so.
            """)

    @Argument(help: "Photos, folders or globs.") var paths: [String]
    @Option(help: ArgumentHelp("Folder for people.json and report.html.", valueName: "dir")) var out: String
    @Option(help: ArgumentHelp("Method of grouping: auto, evidence.", valueName: "name")) var method = "auto"
    @Flag(help: "Two faces of one photo may be one person (mirrors, collages).") var allowSamePhoto = false
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !["auto", "evidence"].contains(method) {
            throw ValidationError("--method takes auto or evidence, not \(method)")
        }
    }

    func run() async throws {
        let report = try GroupFlow(group: self).run()
        let console = common.console
        if common.json {
            try console.json(PeopleFile(report.page))
        } else {
            report.printTable(console)
        }
        report.photos.reportProblems()
        if report.photos.exitStatus != 0 { throw ExitCode(report.photos.exitStatus) }
    }
}

/// The steps of `group`: photos → faces → people → two files.
struct GroupFlow {
    struct Result {
        let page: GroupReport
        let photos: PhotoRun
        let file: String

        func printTable(_ console: Console) {
            let several = page.people.filter { $0.faces.count > 1 }
            console.table(
                ["person", "faces", "photos", "best picture"],
                several.map { person in
                    [
                        person.name ?? person.id, "\(person.faces.count)",
                        "\(Set(person.faces.map(\.face.source)).count)", person.faces[0].face.source,
                    ]
                })
            let singles = page.people.count - several.count
            console.note(
                """
                \(page.photoCount) photos (\(page.photosWithFaces) with faces, \(page.withoutFaces.count) without, \
                \(page.duplicates.count) duplicates, \(page.failures.count) unreadable), \(page.faceCount) faces: \
                \(several.count) people with several faces, \(singles) seen once, \(page.unassigned.count) loose, \
                \(page.rejected.count) rejected; \(Format.number(page.seconds, 1)) s
                """)
            console.result("report: \(file)")
        }
    }

    let group: Group

    func run() throws -> Result {
        let started = ContinuousClock.now
        let (people, html) = ("\(group.out)/people.json", "\(group.out)/report.html")
        try Output.requireFree([people, html], force: group.force)
        try Output.makeFolder(group.out)
        let vision = try Vision(group.detection, embedding: group.embedding, common: group.common, cropSide: 160)
        var run = PhotoRun(vision: vision, console: group.common.console)
        var album = Album()
        try run.run(group.paths) { result throws(LikenessError) in album.add(result) }
        let grouping = try cluster(album, space: vision.embedder!.space)
        let page = try report(album, grouping, vision, run, started)
        try AtomicFile.write(try PeopleFile(page).json(), to: people, force: group.force)
        try AtomicFile.write(page.html(), to: html, force: group.force)
        return Result(page: page, photos: run, file: URL(fileURLWithPath: html).standardizedFileURL.path)
    }

    private func cluster(_ album: Album, space: EmbeddingSpace) throws(LikenessError) -> Grouping {
        let input = try ClusteringInput(
            vectors: album.vectors(dimension: space.dimension), space: space,
            quality: album.usable.map { $0.face.face.quality?.score ?? 1 },
            photos: group.allowSamePhoto ? [] : album.usable.map(\.photo))
        let clusterer: any Clusterer = group.method == "auto" ? AutoClusterer() : EvidenceClusterer()
        return try clusterer.group(input, threads: group.common.threadCount)
    }

    private func report(
        _ album: Album, _ grouping: Grouping, _ vision: Vision, _ run: PhotoRun, _ started: ContinuousClock.Instant
    ) throws(LikenessError) -> GroupReport {
        let vectors = album.vectors(dimension: vision.embedder!.space.dimension)
        let likeness = grouping.similarities(vectors)
        let calibration = vision.embedder!.space.calibration
        let faces = album.usable.indices.map { i in
            let found = album.usable[i].face
            return ReportFace(
                found.face, crop: found.crop ?? [], similarity: likeness[i],
                probability: likeness[i].flatMap { s in calibration.map { $0.probability(s) } },
                confidence: grouping.confidence[i])
        }
        let arranged = GroupReport.arranged(faces, labels: grouping.labels)
        let timings = run.timings
        return GroupReport(
            subject: group.paths.joined(separator: ", "), made: Date.now.formatted(date: .long, time: .shortened),
            program: "likeness \(Likeness.configuration.version)", people: arranged.people,
            unassigned: arranged.unassigned,
            rejected: album.rejected.map { ReportFace($0.face, crop: $0.crop ?? []) },
            failures: run.failed.map { .init(source: $0.path, $0.error) }, withoutFaces: album.withoutFaces,
            duplicates: album.duplicates, photosWithFaces: album.photosWithFaces, seconds: started.secondsUntilNow,
            stages: [
                .init(name: "decode", seconds: timings.decode), .init(name: "detect", seconds: timings.detect),
                .init(name: "align", seconds: timings.align), .init(name: "embed", seconds: timings.embed),
            ], method: grouping.method,
            settings: grouping.parameters.sorted { $0.key < $1.key }.map { .init($0.key, "\($0.value)") },
            models: vision.models.map {
                .init(
                    task: $0.task.rawValue, id: $0.id, version: $0.version, licence: $0.licence.weights,
                    source: $0.source)
            })
    }
}

/// The faces of a run, sorted into those that are compared and those that are too poor.
struct Album {
    private(set) var usable: [(face: PhotoResult.FoundFace, photo: Int)] = []
    private(set) var rejected: [PhotoResult.FoundFace] = []
    private(set) var withoutFaces: [String] = []
    private(set) var duplicates: [String] = []
    private(set) var photosWithFaces = 0

    mutating func add(_ result: PhotoResult) {
        if result.error != nil { return }
        if result.duplicateOf != nil { return duplicates.append(result.path) }
        if result.faces.isEmpty { return withoutFaces.append(result.path) }
        photosWithFaces += 1
        for face in result.faces {
            if face.face.quality?.isRejected == true {
                rejected.append(face)
            } else {
                usable.append((face, result.index))
            }
        }
    }

    func vectors(dimension: Int) -> Matrix {
        var out = Matrix(rows: usable.count, columns: dimension)
        for (i, f) in usable.enumerated() { out.setRow(i, f.face.embedding ?? []) }
        return out
    }
}
