public import FaceCore

/// One trial of a benchmark of large-scale unconstrained face recognition (Liao, Lei, Yi & Li, IJCB 2014), by rows.
public struct BLUFRTrial: Sendable, Hashable {
    /// Rows that anything learnt (PCA, thresholds) may use.
    public var train: [Int]
    /// One row a gallery person.
    public var gallery: [Int]
    /// The other rows of gallery people, and all rows of people outside the gallery.
    public var probes: [Int]
    public var test: [Int] { (gallery + probes).sorted() }

    public init(train: [Int], gallery: [Int], probes: [Int]) {
        self.train = train
        self.gallery = gallery
        self.probes = probes
    }

    /// Trials by the rule of the benchmark with a seed: of all people `trainPeople` train and the others test; of the
    /// test people with two photos or more `galleryPeople` are drawn with one photo each.
    ///
    /// Figures on these are "BLUFR-like, seed s": only the published lists are BLUFR. Throws `bad-data` when there are
    /// too few people.
    public static func generate(
        identities: [Int], trainPeople: Int = 1500, galleryPeople: Int = 1000, trials: Int = 10, seed: UInt64
    ) throws(LikenessError) -> [BLUFRTrial] {
        let labels = LabelledRows(identities)
        var random = SeededRandom(seed: seed)
        var out: [BLUFRTrial] = []
        for _ in 0..<trials {
            let people = labels.members.indices.shuffled(using: &random)
            guard trainPeople >= 0, trainPeople < people.count else {
                throw LikenessError(.badData, "\(people.count) people are too few for \(trainPeople) in training")
            }
            let test = people[trainPeople...]
            let several = test.filter { labels.members[$0].count > 1 }
            guard galleryPeople > 0, several.count >= galleryPeople else {
                throw LikenessError(
                    .badData, "\(several.count) test people have two photos, \(galleryPeople) are wanted")
            }
            var trial = BLUFRTrial(train: [], gallery: [], probes: [])
            trial.train = people[..<trainPeople].flatMap { labels.members[$0].map(Int.init) }.sorted()
            let chosen = Set(several.prefix(galleryPeople))
            for person in test {
                var rows = labels.members[person].map(Int.init)
                if chosen.contains(person) {
                    trial.gallery.append(rows.remove(at: Int.random(in: 0..<rows.count, using: &random)))
                }
                trial.probes += rows
            }
            trial.gallery.sort()
            trial.probes.sort()
            out.append(trial)
        }
        return out
    }

    /// The published lists: `image_list.txt`, `train_set.txt`, `gallery_set.txt`, `probe_set.txt` of a folder.
    /// `row` finds the row of a photo by name. Throws `file-format` with the line, and what `row` throws.
    public static func read(
        folder: String, row: (String) throws(LikenessError) -> Int
    ) throws(LikenessError) -> [BLUFRTrial] {
        let images = try TextLines(path: "\(folder)/image_list.txt").lines.map(String.init)
        let train = try sets("\(folder)/train_set.txt", images, row)
        let gallery = try sets("\(folder)/gallery_set.txt", images, row)
        let probes = try sets("\(folder)/probe_set.txt", images, row)
        guard train.count == gallery.count, gallery.count == probes.count else {
            throw LikenessError(
                .fileFormat, subject: folder,
                "the sets have \(train.count), \(gallery.count) and \(probes.count) trials")
        }
        return train.indices.map { BLUFRTrial(train: train[$0], gallery: gallery[$0], probes: probes[$0]) }
    }

    /// Line 1 the number of trials; for each a count and as many lines `index, file`, indices from 1.
    private static func sets(
        _ path: String, _ images: [String], _ row: (String) throws(LikenessError) -> Int
    ) throws(LikenessError) -> [[Int]] {
        let file = try TextLines(path: path)
        guard !file.lines.isEmpty else { throw file.error(0, "the list is empty") }
        let trials = try file.number(file.lines[0], least: 1, line: 0, "the number of trials")
        var next = 1
        var out: [[Int]] = []
        while next < file.lines.count {
            let count = try file.number(file.lines[next], least: 1, line: next, "the number of photos")
            guard count <= file.lines.count - next - 1 else {
                throw file.error(next, "\(count) photos are promised, but the file ends before")
            }
            var set: [Int] = []
            for line in next + 1...next + count {
                let f = file.lines[line].split(separator: ",", maxSplits: 1)
                guard f.count == 2 else { throw file.error(line, "a line is \"index, file\"") }
                let index = try file.number(f[0].filter { $0 != " " }[...], least: 1, line: line, "the index")
                let name = f[1].drop { $0 == " " || $0 == "\t" }
                guard index <= images.count, images[index - 1] == name else {
                    throw file.error(line, "photo \(index) of the image list is not \(file.excerpt(name))")
                }
                set.append(try row(String(name)))
            }
            out.append(set)
            next += count + 1
        }
        guard out.count == trials else { throw file.error(0, "\(trials) trials are promised, not \(out.count)") }
        return out
    }
}
