import FaceCore
import FaceSpace
import Testing

@Suite struct EvidenceClustererTests {
    let clusterer = EvidenceClusterer()

    @Test func findsThePeopleOfASmallAlbum() throws {
        for seed in UInt64(1)...20 {
            var people = SyntheticPeople(seed: seed)
            let album = people.album([2, 2, 3, 8, 1, 1, 5, 1])
            let grouping = try clusterer.group(album.vectors)
            #expect(grouping.labels == album.people, "seed \(seed)")
            for rows in grouping.members where rows.count > 1 {
                #expect(rows.allSatisfy { grouping.confidence[$0] > 0.9 }, "seed \(seed): \(grouping.confidence)")
            }
            #expect(grouping.confidence.allSatisfy { $0 > 0 && $0 <= 1 }, "seed \(seed)")
        }
    }

    @Test func worksForAlmostNothing() throws {
        var people = SyntheticPeople(seed: 1)
        let anna = people.person()
        let (a, b, c) = (people.photo(of: anna), people.photo(of: anna), people.person())
        #expect(try clusterer.group([]).labels == [])
        #expect(try clusterer.group([a]).labels == [0])
        #expect(try clusterer.group([a, b]).labels == [0, 0])
        #expect(try clusterer.group([a, c]).labels == [0, 1])
        #expect(try clusterer.group([a, a, a]).labels == [0, 0, 0])
    }

    @Test func doesNotDependOnTheOrderOfRowsNorOnThreads() throws {
        for seed in UInt64(1)...10 {
            var people = SyntheticPeople(seed: seed)
            // Likeness 0.42 leaves many doubtful pairs, where an order would show.
            let album = people.album([1, 1, 1, 1, 2, 3, 5, 9, 20, 40], likeness: 0.42)
            let photos = album.vectors.indices.map { $0 / 2 }
            let quality = album.vectors.map { _ in Float(people.random.unit()) }
            let grouping = try clusterer.group(album.vectors, quality: quality, photos: photos, threads: 1)
            let order = album.vectors.indices.shuffled(using: &people.random)
            let shuffled = try clusterer.group(
                order.map { album.vectors[$0] }, quality: order.map { quality[$0] }, photos: order.map { photos[$0] },
                threads: 4)
            #expect(Grouping.numbered(order.map { grouping.labels[$0] }) == shuffled.labels, "seed \(seed)")
            #expect(order.map { grouping.confidence[$0] } == shuffled.confidence, "seed \(seed)")
        }
    }

    @Test func doesNotDependOnTheAxes() throws {
        var people = SyntheticPeople(seed: 3)
        let album = people.album([1, 2, 3, 30], likeness: 0.45)
        let turned = album.vectors.map { $0.reversed().map { -$0 } }
        #expect(try clusterer.group(turned).labels == clusterer.group(album.vectors).labels)
    }

    @Test func isNotFooledByOneFaceBetweenTwoPeople() throws {
        var people = SyntheticPeople(seed: 4)
        let (anna, bert) = (people.person(), people.person())
        var vectors = (0..<6).map { _ in people.photo(of: anna) } + (0..<6).map { _ in people.photo(of: bert) }
        vectors.append(SyntheticPeople.unit(zip(anna, bert).map { $0 + $1 }))
        let labels = try clusterer.group(vectors).labels
        #expect(Array(labels[0..<12]) == [Int](repeating: 0, count: 6) + [Int](repeating: 1, count: 6))
    }

    @Test func asksForMoreLikenessAmongMoreFaces() throws {
        var people = SyntheticPeople(seed: 5)
        let anna = people.person()
        // Two photos of similarity 0.42: enough among a dozen faces, the best of strangers among five thousand.
        let other = SyntheticPeople.unit(people.gaussian())
        let along = zip(anna, other).reduce(0) { $0 + $1.0 * $1.1 }
        let beside = SyntheticPeople.unit(zip(anna, other).map { $1 - along * $0 })
        let near = zip(anna, beside).map { 0.42 * $0 + (1 - Float(0.42) * 0.42).squareRoot() * $1 }
        let strangers = (0..<3000).map { _ in people.person() }
        let few = try clusterer.group([anna, near] + strangers.prefix(10))
        let many = try clusterer.group([anna, near] + strangers)
        #expect(few.labels[0] == few.labels[1])
        #expect(many.labels[0] != many.labels[1])
        #expect(many.parameters["photoThreshold"]! > few.parameters["photoThreshold"]!)
    }

    @Test func shortListsGiveWhatAllPairsGive() throws {
        for seed in UInt64(1)...5 {
            var people = SyntheticPeople(seed: seed)
            let album = people.album([120, 80, 40, 10, 5, 1, 1, 1], likeness: 0.5)
            let short = EvidenceClusterer(.init(neighbours: 6, exactLimit: 0))
            #expect(try short.group(album.vectors).labels == album.people, "seed \(seed)")
            #expect(try clusterer.group(album.vectors).labels == album.people, "seed \(seed)")
        }
    }

    @Test func shortListsFindTheTwoHalvesOfALife() throws {
        // Child and adult: 60 photos each, so alike among themselves that no list of ten reaches across.
        var people = SyntheticPeople(seed: 8)
        let person = people.person()
        let (child, adult) = (people.photo(of: person, likeness: 0.8), people.photo(of: person, likeness: 0.8))
        let vectors = [child, adult].flatMap { age in (0..<60).map { _ in people.photo(of: age, likeness: 0.95) } }
        let labels = try EvidenceClusterer(.init(neighbours: 10, exactLimit: 0)).group(vectors).labels
        #expect(labels == [Int](repeating: 0, count: 120))
    }

    @Test func aDoubtfulFaceIsLessSure() throws {
        var people = SyntheticPeople(seed: 6)
        let anna = people.person()
        let vectors = (0..<12).map { _ in people.photo(of: anna) } + [people.photo(of: anna, likeness: 0.16)]
        let grouping = try clusterer.group(vectors + (0..<40).map { _ in people.person() })
        #expect(grouping.confidence[12] < grouping.confidence[0..<12].min()!)
        #expect(grouping.confidence[0] > 0.999)
    }
}
