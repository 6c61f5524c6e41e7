import FaceCore
import FaceSpace
import FaceTestSupport
import Testing

@Suite("Wishes in their order")
struct ResolvedWishesTests {
    private func pairs(_ list: [ClusteringInput.Pair]) -> [[Int]] { list.map { [$0.a, $0.b] } }

    @Test("the newest of two wishes that contradict each other wins, directly and through others")
    func newest() {
        let direct = ResolvedWishes([.same(0, 1), .different(1, 0)])
        #expect(direct.overridden == [0] && direct.same.isEmpty && pairs(direct.different) == [[1, 0]])
        let back = ResolvedWishes([.same(0, 1), .different(1, 0), .same(0, 1)])
        #expect(back.overridden == [1] && pairs(back.same) == [[0, 1], [0, 1]])
        let through = ResolvedWishes([.same(0, 1), .different(5, 6), .same(1, 2), .different(0, 2)])
        #expect(through.overridden == [0] && pairs(through.same) == [[1, 2]])
        let itself = ResolvedWishes([.different(3, 3)])
        #expect(itself.overridden == [0] && itself.different.isEmpty)
    }

    @Test("pins keep apart; of an older one the rows stay that nothing newer claims")
    func pins() {
        let joined = ResolvedWishes([.pin([0, 1]), .pin([2, 3]), .same(1, 2)])
        #expect(joined.pinned == [[2, 3]] && joined.overridden == [0] && pairs(joined.same) == [[1, 2]])
        let apart = ResolvedWishes([.same(1, 2), .pin([0, 1]), .pin([2, 3])])
        #expect(apart.pinned == [[0, 1], [2, 3]] && apart.overridden == [0] && apart.same.isEmpty)
        let claimed = ResolvedWishes([.pin([0, 1, 2]), .pin([2, 3])])
        #expect(claimed.pinned == [[0, 1], [2, 3]] && claimed.overridden == [0])
        let parted = ResolvedWishes([.pin([0, 1, 2]), .different(0, 2)])
        #expect(parted.pinned == [[0, 1]] && parted.overridden == [0] && pairs(parted.different) == [[0, 2]])
    }

    @Test("what holds of random wishes is free of contradictions, and each that does not hold contradicts newer ones")
    func random() throws {
        let vectors = Matrix((0..<12).map { k in SyntheticPeople.unit((0..<128).map { $0 == k ? 1 : 0.01 }) })
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            func row() -> Int { Int.random(in: 0..<12, using: &random) }
            let wishes = (0..<Int.random(in: 1...15, using: &random)).map { _ -> ResolvedWishes.Wish in
                switch Int.random(in: 0..<5, using: &random) {
                case 0, 1: return .same(row(), row())
                case 2, 3: return .different(row(), row())
                default: return .pin(Array(Set([row(), row(), row()])).sorted())
                }
            }
            func accepted(_ w: ResolvedWishes) -> Bool {
                let input = try? ClusteringInput(
                    vectors: vectors, space: SyntheticPeople.space, same: w.same, different: w.different,
                    pinned: w.pinned)
                return input.map { (try? EvidenceClusterer().group($0, threads: 1)) != nil } ?? false
            }
            let held = ResolvedWishes(wishes)
            #expect(accepted(held), "seed \(seed)")
            for place in held.overridden {
                guard place < wishes.count else { continue }
                // the wish and all newer ones do not go together
                #expect(!ResolvedWishes(Array(wishes[place...])).overridden.isEmpty, "seed \(seed), \(place)")
                #expect(ResolvedWishes(Array(wishes[place...])).overridden.first == 0, "seed \(seed), \(place)")
            }
        }
    }
}
