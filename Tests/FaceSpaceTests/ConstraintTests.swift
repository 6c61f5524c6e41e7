import FaceCore
import FaceSpace
import Testing

@Suite struct ConstraintTests {
    let clusterer = EvidenceClusterer()
    /// Anna 0–3, Bert 4–5, a stranger 6.
    let album: [[Float]] = {
        var people = SyntheticPeople(seed: 11)
        return people.album([4, 2, 1]).vectors
    }()

    @Test func twoFacesOfOnePhotoAreTwoPeople() throws {
        // Even the very same vector, as in a mirror or a collage.
        let grouping = try clusterer.group(album + [album[0]], photos: [0, 1, 2, 3, 4, 5, 6, 0])
        #expect(grouping.labels[0] != grouping.labels[7])
        let groups = Dictionary(grouping: 0..<8) { grouping.labels[$0] }
        #expect(groups.values.contains { $0.count == 4 && Set($0).isSuperset(of: [1, 2, 3]) })
    }

    @Test func photosNeverMeetInAnyGroup() throws {
        for seed in UInt64(1)...10 {
            var people = SyntheticPeople(seed: seed)
            let vectors = people.album([30, 20, 10]).vectors.shuffled(using: &people.random)
            let photos = vectors.indices.map { _ in Int(people.random.unit() * 20) }
            for options in [EvidenceClusterer.Options(), .init(neighbours: 5, exactLimit: 0)] {
                let labels = try EvidenceClusterer(options).group(vectors, photos: photos).labels
                let pairs = Set(zip(labels, photos).map { "\($0) \($1)" })
                #expect(pairs.count == vectors.count, "seed \(seed)")
            }
        }
    }

    @Test func unlessSomebodySaysSo() throws {
        let mirror = try clusterer.group(
            album + [album[0]], photos: [0, 1, 2, 3, 4, 5, 6, 0], same: [.init(0, 7)])
        #expect(mirror.labels == [0, 0, 0, 0, 1, 1, 2, 0])
        let unknown = try clusterer.group(album + [album[0]], photos: [-1, -1, -1, -1, -1, -1, -1, -1])
        #expect(unknown.labels == [0, 0, 0, 0, 1, 1, 2, 0])
    }

    @Test func aWishJoinsStrangers() throws {
        let grouping = try clusterer.group(album, same: [.init(5, 6)])
        #expect(grouping.labels == [0, 0, 0, 0, 1, 1, 1])
        #expect(grouping.confidence[5] == 1 && grouping.confidence[6] == 1)
    }

    @Test func aWishPartsTwins() throws {
        let labels = try clusterer.group(album, different: [.init(0, 1)]).labels
        #expect(labels[0] != labels[1])
        // The others follow the one of the two that they look like most.
        let twins = Set(labels[0...1])
        #expect(twins.contains(labels[2]) && twins.contains(labels[3]))
    }

    @Test func wishesCarryOn() throws {
        let labels = try clusterer.group(album, same: [.init(0, 4)], different: [.init(4, 6)]).labels
        #expect(labels[0] == labels[4] && labels[6] != labels[0])
    }

    /// Which of them was said later is not known here; in their order `ResolvedWishes` weighs them.
    @Test func contradictionsAreNamed() {
        #expect {
            try clusterer.group(album, same: [.init(0, 1), .init(1, 2)], different: [.init(2, 0)])
        } throws: { error in
            (error as? LikenessError)?.code == .constraintConflict
        }
        #expect(throws: LikenessError.self) { try clusterer.group(album, different: [.init(3, 3)]) }
    }

    @Test func poorFacesFoundNoGroup() throws {
        let poor: [Float] = [1, 1, 1, 1, 0.1, 0.1, 0.1]
        let grouping = try clusterer.group(album, quality: poor)
        #expect(grouping.labels == [0, 0, 0, 0, -1, -1, -1])
    }

    @Test func poorFacesJoinTheGroupTheyFit() throws {
        let grouping = try clusterer.group(album, quality: [1, 0.1, 1, 0.1, 1, 0.1, 1])
        #expect(grouping.labels == [0, 0, 0, 0, 1, 1, 2])
    }

    @Test func poorFacesNeedAsMuchLikenessAsOthers() throws {
        var people = SyntheticPeople(seed: 12)
        let anna = people.person()
        let other = people.person()
        let along = zip(anna, other).reduce(0) { $0 + $1.0 * $1.1 }
        let beside = SyntheticPeople.unit(zip(other, anna).map { $0 - along * $1 })
        func face(_ s: Float) -> [Float] { zip(anna, beside).map { s * $0 + (1 - s * s).squareRoot() * $1 } }
        #expect(try clusterer.group([anna, face(0.30)], quality: [1, 0.1]).labels == [0, -1])
        #expect(try clusterer.group([anna, face(0.36)], quality: [1, 0.1]).labels == [0, 0])
    }

    @Test func poorFacesKeepThePhotoRule() throws {
        let grouping = try clusterer.group(
            album, quality: [1, 0.1, 0.1, 1, 1, 1, 1], photos: [0, 1, 1, 2, 3, 4, 5])
        let joined = [grouping.labels[1], grouping.labels[2]].sorted()
        #expect(joined == [-1, 0])
    }

    @Test func aNamedPoorFaceMayFound() throws {
        let grouping = try clusterer.group(album, quality: [1, 1, 1, 1, 0.1, 0.1, 1], same: [.init(4, 5)])
        #expect(grouping.labels == [0, 0, 0, 0, 1, 1, 2])
    }

    /// Anna's faces in two halves that somebody pinned, and Bert pinned together with the stranger.
    @Test(arguments: ["evidence", "auto", "map-equation", "hac-average"])
    func pinnedGroupsStayAndNeverJoin(_ method: String) throws {
        let input = try ClusteringInput(
            vectors: Matrix(album), space: SyntheticPeople.space, pinned: [[0, 1], [2, 3], [4, 6]])
        let labels = try ClusterMethod.named(method).make().group(input).labels
        #expect(labels[0] == labels[1] && labels[2] == labels[3] && labels[0] != labels[2])
        #expect(labels[4] == labels[6] && labels[4] != labels[0])
    }

    @Test func pinsThatContradictAreNamed() throws {
        let one = try ClusteringInput(
            vectors: Matrix(album), space: SyntheticPeople.space, same: [.init(1, 2)], pinned: [[0, 1], [2, 3]])
        let error = #expect(throws: LikenessError.self) { try clusterer.group(one) }
        #expect(error?.code == .constraintConflict)
        let missing = #expect(throws: LikenessError.self) {
            try ClusteringInput(vectors: Matrix(album), space: SyntheticPeople.space, pinned: [[0, 7]])
        }
        #expect(missing?.code == .rowMissing)
    }
}
