public import FaceCore

/// Readers of the lists of Labeled Faces in the Wild (Huang et al. 2007).
public enum LFWPairs {
    /// The name of photo `number` of a person, as in the folder of the data set.
    public static func photo(_ person: some StringProtocol, _ number: Int) -> String {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        return "\(person)/\(person)_\(padded).jpg"
    }

    /// View 2 (`pairs.txt`: folds and pairs a fold on line 1) or View 1 (`pairsDevTrain.txt`: pairs on line 1).
    ///
    /// Each fold has n lines `name i j` and then n lines `name1 i name2 j`, separated by tabs or blanks.
    /// Throws `file-format` with the line for anything else, a wrong count included.
    public static func read(path: String) throws(LikenessError) -> ComparisonList {
        try parse(TextLines(path: path))
    }

    /// As ``read(path:)`` from text; `name` stands in errors.
    public static func parse(_ text: String, name: String = "pairs") throws(LikenessError) -> ComparisonList {
        try parse(TextLines(path: name, text: text))
    }

    private static func parse(_ file: TextLines) throws(LikenessError) -> ComparisonList {
        guard !file.lines.isEmpty else { throw file.error(0, "the list is empty") }
        let (folds, each) = try header(file)
        let (both, o1) = each.multipliedReportingOverflow(by: 2)
        let (total, o2) = both.multipliedReportingOverflow(by: folds)
        guard !o1, !o2, total == file.lines.count - 1 else {
            throw file.error(
                0, "the first line promises \(folds)·2·\(each) pairs, but \(file.lines.count - 1) lines follow")
        }
        var list = ComparisonList(comparisons: [])
        list.comparisons.reserveCapacity(total)
        for line in 1...total {
            list.comparisons.append(try comparison(file, line, same: (line - 1) % both < each))
        }
        if folds > 1 { list.folds = (0..<folds).map { $0 * both..<($0 + 1) * both } }
        return list
    }

    private static func header(_ file: TextLines) throws(LikenessError) -> (folds: Int, each: Int) {
        let f = file.fields(0)
        guard f.count == 1 || f.count == 2 else {
            throw file.error(0, "the first line is \"folds pairs\" or \"pairs\"")
        }
        let folds = f.count == 1 ? 1 : try file.number(f[0], least: 1, line: 0, "the number of folds")
        return (folds, try file.number(f[f.count - 1], least: 1, line: 0, "the number of pairs"))
    }

    private static func comparison(
        _ file: TextLines, _ line: Int, same: Bool
    ) throws(LikenessError) -> ComparisonList.Comparison {
        let f = file.fields(line)
        guard f.count == (same ? 3 : 4) else {
            throw file.error(line, "a pair of \(same ? "one person has 3" : "two people has 4") fields, not \(f.count)")
        }
        let i = try file.number(f[1], least: 1, line: line, "the photo")
        let j = try file.number(f[f.count - 1], least: 1, line: line, "the photo")
        let other = same ? f[0] : f[2]
        guard same || other != f[0] else { throw file.error(line, "a pair of two people names \(f[0]) twice") }
        return .init(left: photo(f[0], i), right: photo(other, j), same: same)
    }

    /// `lfw-names.txt`: `name images` a line; gives every photo with its person in the order of the file.
    public static func readNames(path: String) throws(LikenessError) -> (photos: [String], people: [String]) {
        let file = try TextLines(path: path)
        var (photos, people): ([String], [String]) = ([], [])
        for line in file.lines.indices {
            let (name, count) = try person(file, line)
            for i in 1...count {
                photos.append(photo(name, i))
                people.append(String(name))
            }
        }
        return (photos, people)
    }

    /// `people.txt` (View 2: number of sets, then a count and the lines of each) or View 1 (a count and its lines):
    /// the people of each set with their number of photos.
    public static func readPeople(path: String) throws(LikenessError) -> [[(name: String, photos: Int)]] {
        try people(TextLines(path: path))
    }

    static func people(_ file: TextLines) throws(LikenessError) -> [[(name: String, photos: Int)]] {
        guard file.lines.count > 1 else { throw file.error(0, "the list is empty") }
        let several = file.fields(1).count == 1
        var next = several ? 1 : 0
        var sets: [[(name: String, photos: Int)]] = []
        while next < file.lines.count {
            let count = try file.number(file.lines[next], least: 1, line: next, "the number of people")
            guard count <= file.lines.count - next - 1 else {
                throw file.error(next, "\(count) people are promised, but the file ends before")
            }
            var set: [(name: String, photos: Int)] = []
            for line in next + 1...next + count {
                let (name, photos) = try person(file, line)
                set.append((String(name), photos))
            }
            sets.append(set)
            next += count + 1
        }
        let promised = several ? try file.number(file.lines[0], least: 1, line: 0, "the number of sets") : 1
        guard promised == sets.count else { throw file.error(0, "\(promised) sets are promised, not \(sets.count)") }
        return sets
    }

    private static func person(_ file: TextLines, _ line: Int) throws(LikenessError) -> (Substring, Int) {
        let f = file.fields(line)
        guard f.count == 2 else { throw file.error(line, "a line is \"name photos\", with \(f.count) fields here") }
        let count = try file.number(f[1], least: 1, line: line, "the number of photos")
        guard count <= 1_000_000 else { throw file.error(line, "\(count) photos of one person are too many") }
        return (f[0], count)
    }
}
