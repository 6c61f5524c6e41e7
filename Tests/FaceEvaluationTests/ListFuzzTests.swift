import FaceCore
import FaceEvaluation
import Testing

/// Mutated lists: a typed error or a list, never a crash. Lists that pass agree with their own header.
@Suite struct ListFuzzTests {
    static let seeds = [
        "2\t2\nA\t1\t2\nA\t1\t3\nB\t1\tC\t3\nB\t2\tC\t1\nD\t1\t2\nD\t2\t3\nE\t1\tF\t12\nE\t1\tG\t1\n",
        "2\nAbel\t1\t2\nZoë\t1\t2\nB 1 C 3\nB 1 D 3\r\n",
        "left,right,label,age\na.jpg,b.jpg,1,child\nc.jpg,\"d,\"\"x\"\".jpg\",No,adult\n",
        "a;b;same\nc;d;different\n", "a\tb\tTRUE\nc\td\tfalse\n",
    ]
    static let pieces = [
        "\n", "\t", ",", ";", "\"", " ", "\r\n", "0", "1", "-1", "9223372036854775807", "18446744073709551616",
        "\u{FEFF}",
        "\u{0}", "é", "🙂", "A", "10 300\n", "1e9", ".", "/", "",
    ]

    static func mutated(_ text: String, _ random: inout SeededRandom) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let at = Int.random(in: 0...scalars.count, using: &random)
            let end = min(scalars.count, at + Int.random(in: 0...4, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scalars.removeSubrange(at..<end)
            case 1: scalars.insert(contentsOf: scalars[at..<end], at: at)
            case 2: scalars.removeSubrange(at...)
            default:
                scalars.replaceSubrange(at..<end, with: pieces.randomElement(using: &random)!.unicodeScalars)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func mutatedListsGiveListsOrTypedErrors(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var (passed, refused) = (0, 0)
        for round in 0..<10_000 {
            let text = Self.mutated(Self.seeds[round % Self.seeds.count], &random)
            for table in [false, true] {
                if check(text, table: table) { passed += 1 } else { refused += 1 }
            }
        }
        #expect(passed > 500 && refused > 5000, "\(passed) \(refused)")
    }

    /// Whether the text was taken for a list.
    private func check(_ text: String, table: Bool) -> Bool {
        do throws(LikenessError) {
            let list = try table ? CSVPairs.parse(text, name: "fuzz") : LFWPairs.parse(text, name: "fuzz")
            let covered = list.folds.reduce(0) { $0 + $1.count }
            #expect(!list.comparisons.isEmpty, "\(text.debugDescription)")
            #expect(list.folds.isEmpty || covered == list.comparisons.count, "\(text.debugDescription)")
            #expect(list.comparisons.allSatisfy { $0.attributes.count == list.columns.count })
            return true
        } catch {
            #expect(error.code == .fileFormat && error.subject?.hasPrefix("fuzz") == true, "\(text.debugDescription)")
            return false
        }
    }
}
