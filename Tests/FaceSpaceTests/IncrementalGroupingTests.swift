import FaceCore
import FaceSpace
import Testing

@Suite("Incremental grouping")
struct IncrementalGroupingTests {
    private let options = IncrementalOptions(
        similarity: 0.5, minimumPoints: 2, merge: 0.6, confirm: 0.4, releaseSize: 1000, releaseVariance: 0.7)

    private func album(_ seed: UInt64, _ sizes: [Int] = [12, 7, 30, 1, 2, 5, 1, 9]) -> (Matrix, [Int]) {
        var people = SyntheticPeople(seed: seed)
        let (vectors, who) = people.album(sizes)
        var random = SeededRandom(seed: seed)
        let order = vectors.indices.shuffled(using: &random)
        return (Matrix(order.map { vectors[$0] }), order.map { who[$0] })
    }

    /// Ids numbered by first row, those of nobody −1.
    private func partition(_ ids: [Int64]) -> [Int] { Grouping.numbered(ids.map(Int.init)) }

    private func grown(_ rows: Matrix, batches: Int, photos: [Int] = [], threads: Int = 2) throws -> IncrementalGrouping
    {
        var g = try IncrementalGrouping(space: SyntheticPeople.space, options: options)
        for b in 0..<batches {
            let range = b * rows.rows / batches..<(b + 1) * rows.rows / batches
            try g.insert(rows.rows(at: range), photos: photos.isEmpty ? [] : Array(photos[range]), threads: threads)
        }
        return g
    }

    @Test(
        "batches of any size, and any number of threads, give the partition of all at once",
        arguments: 1...6 as ClosedRange<UInt64>)
    func batchesEqualAllAtOnce(seed: UInt64) throws {
        let (rows, _) = album(seed)
        let photos = (0..<rows.rows).map { $0 % 3 == 0 ? $0 / 6 : -1 }
        let whole = try grown(rows, batches: 1, photos: photos, threads: 1)
        for batches in [2, 7, rows.rows] {
            let g = try grown(rows, batches: batches, photos: photos)
            #expect(partition(g.groups) == partition(whole.groups), "\(batches) batches")
            #expect(Grouping.numbered(g.densityGroups) == Grouping.numbered(whole.densityGroups))
        }
    }

    @Test("the order of the rows changes nothing; absorbing depends on it")
    func orderVariance() throws {
        let (rows, _) = album(9, [20, 15, 25, 8, 3])
        var random = SeededRandom(seed: 4)
        let whole = try grown(rows, batches: 4)
        for _ in 0..<5 {
            let order = Array(0..<rows.rows).shuffled(using: &random)
            let g = try grown(rows.rows(at: order), batches: 4)
            var back = [Int64](repeating: -1, count: rows.rows)
            for (k, row) in order.enumerated() { back[row] = g.groups[k] }
            #expect(partition(back) == partition(whole.groups))
        }
    }

    @Test("deleting gives the partition that the rest has alone", arguments: 1...4 as ClosedRange<UInt64>)
    func deletion(seed: UInt64) throws {
        let (rows, _) = album(seed)
        var random = SeededRandom(seed: seed)
        var g = try grown(rows, batches: 3)
        var left = Set(0..<rows.rows)
        for _ in 0..<4 {
            let gone = left.sorted().shuffled(using: &random).prefix(9)
            try g.remove(Array(gone))
            left.subtract(gone)
            let rest = left.sorted()
            let alone = try grown(rows.rows(at: rest), batches: 1)
            #expect(partition(rest.map { g.groups[$0] }) == partition(alone.groups))
            #expect(gone.allSatisfy { g.groups[$0] == -1 && !g.isLive[$0] })
        }
        #expect(throws: LikenessError.self) { try g.remove([0, rows.rows]) }
    }

    @Test("people are found, and ids stay with them while others arrive")
    func stableIDs() throws {
        let (rows, who) = album(3, [40, 30, 20, 10, 10])
        var g = try grown(rows.rows(at: 0..<60), batches: 1)
        let before = g.groups
        let change = try g.insert(rows.rows(at: 60..<rows.rows))
        #expect(change.rows == 60..<110)
        let kept = (0..<60).count { before[$0] == g.groups[$0] }
        #expect(kept >= 50 && change.movedRows == 60 - kept)
        for i in 0..<110 {
            for j in 0..<i { #expect((who[i] == who[j]) || g.groups[i] != g.groups[j] || g.groups[i] < 0) }
        }
    }

    @Test("work follows the change, not the library: nothing else is read, written or copied")
    func work() throws {
        func touched(people count: Int) throws -> (insert: Int, remove: Int) {
            var people = SyntheticPeople(seed: 31)
            let known = people.person()
            let own = (0..<8).map { _ in people.photo(of: known, likeness: 0.8) }
            let rows = own[..<6] + people.album([Int](repeating: 3, count: count)).vectors
            var g = try IncrementalGrouping(space: SyntheticPeople.space, options: options)
            try g.insert(Matrix(Array(rows)))
            let inserted = try g.insert(Matrix(Array(own[6...])))
            let place = g.groups.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
            let removed = try g.remove([rows.count])
            let after = g.groups.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
            #expect(place == after, "the ids of the library were copied")
            #expect(removed.movedRows == 0, "a row that was taken out has not moved")
            return (inserted.touchedRows, removed.touchedRows)
        }
        let (small, large) = (try touched(people: 20), try touched(people: 600))
        #expect(small.insert < 200 && small.remove < 200)
        #expect(small == large)
    }

    @Test("one photo's faces are two people unless said to be one; wishes hold, the newest wins")
    func wishes() throws {
        var people = SyntheticPeople(seed: 6)
        let (a, b) = (people.person(), people.person())
        let rows = Matrix((0..<10).map { people.photo(of: $0 < 6 ? a : b, likeness: 0.8) })
        var photos = [Int](repeating: -1, count: 10)
        (photos[0], photos[1]) = (7, 7)
        var g = try grown(rows, batches: 2, photos: photos)
        #expect(g.groups[0] != g.groups[1])
        try g.join(0, 1)
        #expect(g.groups[0] == g.groups[1] && g.groups[0] == g.groups[5])
        try g.separate(2, 3)
        #expect(g.groups[2] != g.groups[3])
        try g.join(2, 3)
        #expect(g.groups[2] == g.groups[3] && g.overriddenWishes == [1])
        try g.join(0, 9)
        #expect(Set(g.groups).count == 1)
        try g.remove([9])
        #expect(Set(g.groups[0..<6]).count == 1 && g.groups[6] != g.groups[0])
    }

    @Test("a pinned group keeps id and rows, and two pinned groups never merge")
    func pins() throws {
        var people = SyntheticPeople(seed: 8)
        let person = people.person()
        let rows = Matrix((0..<12).map { _ in people.photo(of: person, likeness: 0.7) })
        var g = try IncrementalGrouping(space: SyntheticPeople.space, options: options)
        try g.insert(rows.rows(at: 0..<4))
        let first = g.groups[0]
        try g.pin([0, 1])
        try g.separate(1, 2)
        #expect(g.groups[0] == first && g.groups[1] == first && g.groups[2] != first)
        try g.pin([2, 3].filter { g.groups[$0] == g.groups[2] })
        let second = g.groups[2]
        try g.insert(rows.rows(at: 4..<12))
        #expect(g.groups[0] == first && g.groups[1] == first && g.groups[2] == second && first != second)
        #expect(throws: LikenessError.self) { try g.pin([0, 2]) }
    }

    @Test("poor rows found no group and follow their nearest core")
    func quality() throws {
        var people = SyntheticPeople(seed: 2)
        let (a, b) = (people.person(), people.person())
        var own = options
        own.qualityFloor = 0.5
        var g = try IncrementalGrouping(space: SyntheticPeople.space, options: own)
        let rows = Matrix([a, a, a, b, b].map { people.photo(of: $0, likeness: 0.8) })
        try g.insert(rows, quality: [1, 1, 0.2, 0.2, 0.2])
        #expect(g.groups[0] == g.groups[1] && g.groups[2] == g.groups[0])
        #expect(g.groups[3] == -1 && g.groups[4] == -1)
        // absorbing keeps the same rule: poor rows join a group that others founded
        var absorbing = try AbsorbingGrouping(space: SyntheticPeople.space, options: own)
        try absorbing.insert(rows, quality: [1, 1, 0.2, 0.2, 0.2])
        #expect(absorbing.groups[0] == absorbing.groups[1] && absorbing.groups[2] == absorbing.groups[0])
        #expect(absorbing.groups[3] == -1 && absorbing.groups[4] == -1)
    }

    @Test("a chain of two people is cut where it is too wide, a large group stays whole")
    func release() throws {
        var people = SyntheticPeople(seed: 12)
        let (a, b) = (people.person(), people.person())
        let middle = SyntheticPeople.unit(zip(a, b).map { $0 + $1 })
        var rows = (0..<30).map { people.photo(of: $0 < 15 ? a : b, likeness: 0.75) }
        rows += [SyntheticPeople.unit(zip(middle, a).map { $0 + 0.2 * $1 }), middle]
        var own = options
        (own.releaseVariance, own.merge, own.similarity) = (0.4, 0.8, 0.55)
        var g = try IncrementalGrouping(space: SyntheticPeople.space, options: own)
        try g.insert(Matrix(rows))
        #expect(Set(g.densityGroups).count == 1, "one chain below")
        #expect(Set(g.groups[0..<15]).count == 1 && Set(g.groups[15..<30]).count == 1 && g.groups[0] != g.groups[15])
        own.releaseSize = 10
        var small = try IncrementalGrouping(space: SyntheticPeople.space, options: own)
        try small.insert(Matrix(Array(rows[0..<15])))
        #expect(Set(small.groups).count == 1, "cut once, and merged again")
    }

    @Test("absorbing: new rows join by centres, the rest makes groups, wide groups are released")
    func absorbs() throws {
        let (rows, who) = album(5, [20, 20, 20, 1, 1])
        var g = try AbsorbingGrouping(space: SyntheticPeople.space, options: options)
        for b in 0..<3 { try g.insert(rows.rows(at: b * rows.rows / 3..<(b + 1) * rows.rows / 3)) }
        for person in 0..<3 {
            let names = Set(who.indices.filter { who[$0] == person }.map { g.groups[$0] }.filter { $0 >= 0 })
            #expect(names.count <= 2)
        }
        let ids = g.groups
        try g.remove([0, 1])
        #expect(g.groups[0] == -1 && g.groups[5] == ids[5])
        #expect(throws: LikenessError.self) { try g.remove([0]) }
    }

    @Test("hostile rows are refused and change nothing; duplicates by the hundred are one group")
    func hostile() throws {
        let (rows, _) = album(1)
        var g = try grown(rows, batches: 1)
        let before = g.groups
        var bad = rows.rows(at: 0..<3)
        bad[1, 5] = .nan
        #expect(throws: LikenessError.self) { try g.insert(bad) }
        #expect(throws: LikenessError.self) { try g.insert(Matrix(rows: 2, columns: 128)) }
        #expect(throws: LikenessError.self) { try g.insert(Matrix(rows: 1, columns: 5)) }
        #expect(throws: LikenessError.self) { try g.insert(rows, photos: [1]) }
        #expect(g.groups == before && g.count == rows.rows)
        try g.insert(Matrix(rows: 0, columns: 128))
        try g.insert(Matrix((0..<300).map { _ in rows.row(0) }))
        #expect(Set(g.groups[rows.rows...]).count == 1)
        #expect(throws: LikenessError.self) {
            try IncrementalGrouping(
                space: EmbeddingSpace(id: "e", dimension: 3, metric: .euclidean, normalised: false))
        }
    }

    @Test("the work of a wish is that of the wishes it is connected with")
    func wishWork() throws {
        var people = SyntheticPeople(seed: 13)
        var g = try IncrementalGrouping(space: SyntheticPeople.space, options: options)
        try g.insert(Matrix((0..<200).map { _ in people.person() }))
        var touched: [Int] = []
        for k in 0..<80 { touched.append(try g.join(2 * k, 2 * k + 1).touchedRows) }
        #expect(touched.allSatisfy { $0 == touched[0] }, "\(touched[0]) rows at first, \(touched[79]) at last")
        #expect(g.groups[0] == g.groups[1] && g.groups[158] == g.groups[159])
        try g.separate(0, 1)
        #expect(g.groups[0] != g.groups[1] && g.overriddenWishes == [0])
        try g.remove([158])
        #expect(g.overriddenWishes == [0])
    }
}
