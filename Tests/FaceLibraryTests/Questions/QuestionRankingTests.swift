import FaceCore
import FaceLibrary
import Foundation
import Testing

@Suite("Questions by what they save")
struct QuestionRankingTests {
    private let space = QuestionFixture.space

    /// Twelve people; each of the first `split` lies in two groups of the sizes given, the others in one of five faces.
    private func album(split sizes: [(Int, Int)], likeness: Float = 0.45) -> [GroupSummary] {
        var fixture = QuestionFixture(seed: 3)
        var out: [GroupSummary] = []
        for k in 0..<12 {
            let person = fixture.direction()
            let parts = k < sizes.count ? [sizes[k].0, sizes[k].1] : [5]
            for n in parts { out.append(GroupSummary(faces: fixture.photos(n, of: person, likeness: likeness))) }
        }
        return out
    }

    @Test("two halves of a person are asked about before strangers, large ones before small ones")
    func order() throws {
        let groups = album(split: [(2, 3), (20, 30), (1, 8)])
        let ranking = try QuestionRanking(space)
        let found = try ranking.candidates(groups, threads: 1)
        let truth: Set<GroupPair> = [GroupPair(0, 1), GroupPair(2, 3), GroupPair(4, 5)]
        for pair in truth {
            let candidate = try #require(found.first { $0.pair == pair })
            #expect(candidate.probability > 0.6)
        }
        for other in found where !truth.contains(other.pair) { #expect(other.probability < 0.5) }
        // of questions that are equally open the one about more faces comes first
        let open = truth.map { ranking.candidate($0, groups) }
        #expect(open.allSatisfy { $0.saving == QuestionRanking.saving(faces: $0.faces, change: $0.probability) })
        #expect(QuestionRanking.saving(faces: 20, change: 0.1) > QuestionRanking.saving(faces: 2, change: 0.9))
        #expect(QuestionRanking.saving(faces: 3, change: 0.9) > QuestionRanking.saving(faces: 3, change: 0.5))
        #expect(found == found.sorted())
        #expect(open.first { $0.pair == GroupPair(4, 5) }?.reason == .loose)
        #expect(open.first { $0.pair == GroupPair(2, 3) }?.faces == 20)
    }

    @Test("what was answered is never asked again, in either direction, also after regrouping")
    func answered() throws {
        let groups = album(split: [(2, 3), (20, 30)])
        let ranking = try QuestionRanking(space)
        // face "x" lies in group 2 and "y" in group 3 today, whatever they were in when asked
        let closed = GroupPair.pairs(
            answered: [("y", "x"), ("x", "x"), ("gone", "y")], groupOf: ["x": 2, "y": 3])
        #expect(closed == [GroupPair(2, 3)])
        let found = try ranking.candidates(groups, closed: closed, threads: 1)
        #expect(!found.contains { $0.pair == GroupPair(2, 3) })
        #expect(found.contains { $0.pair == GroupPair(0, 1) })
        #expect(GroupPair.pairs(answered: [("x", "y")], groupOf: ["x": 3, "y": 3]).isEmpty)
    }

    @Test("the order of groups and the number of threads change nothing")
    func deterministic() throws {
        let groups = album(split: [(2, 3), (20, 30), (1, 8)])
        let ranking = try QuestionRanking(space)
        let found = try ranking.candidates(groups, threads: 1)
        #expect(try ranking.candidates(groups, threads: 2) == found)
        let order = Array(groups.indices.reversed())
        let back = try ranking.candidates(order.map { groups[$0] }, threads: 1)
        let renamed = Set(back.map { GroupPair(order[$0.pair.a], order[$0.pair.b]) })
        #expect(renamed == Set(found.map(\.pair)))
    }

    @Test("a strong link between two faces finds people whose groups look different on the whole")
    func links() throws {
        var fixture = QuestionFixture(seed: 8)
        let (young, old) = (fixture.direction(), fixture.direction())
        var groups = [young, old].map { GroupSummary(faces: fixture.photos(6, of: $0)) }
        for _ in 0..<10 { groups.append(GroupSummary(faces: fixture.photos(4, of: fixture.direction()))) }
        let ranking = try QuestionRanking(space)
        let without = ranking.candidate(GroupPair(0, 1), groups)
        let with = ranking.candidate(GroupPair(0, 1), groups, link: 0.8)
        #expect(without.probability < 0.2)
        #expect(with.probability > 0.9)
        let found = try ranking.candidates(groups, links: [GroupLink(1, 0, similarity: 0.8)], threads: 1)
        #expect(found.contains { $0.pair == GroupPair(0, 1) })
        // the same similarity says less where thousands of pairs could have had it
        let odds = try SamePersonOdds(space)
        #expect(odds.evidence(best: 0.6, of: 10_000) < odds.evidence(best: 0.6, of: 10))
    }

    @Test("groups with a child are asked about and never joined by the program")
    func children() throws {
        var fixture = QuestionFixture(seed: 9)
        let person = fixture.direction()
        let faces = fixture.photos(4, of: person)
        let child = GroupSummary(faces: faces, ages: 4...6, taken: 2010...2012)
        let adult = GroupSummary(faces: faces, ages: 30...40, taken: 2010...2012)
        let unknown = GroupSummary(faces: faces)
        #expect(QuestionRanking.mustBeAsked(child, adult) && QuestionRanking.mustBeAsked(unknown, child))
        #expect(!QuestionRanking.mustBeAsked(adult, unknown) && !QuestionRanking.mustBeAsked(unknown, unknown))
        let ranking = try QuestionRanking(space)
        #expect(ranking.candidate(GroupPair(0, 1), [child, unknown]).reason == .sibling)
        #expect(ranking.candidate(GroupPair(0, 1), [adult, unknown]).reason == .samePerson)
    }

    @Test("probability falls with the number of groups and rises with similarity, and lies in 0…1")
    func odds() throws {
        let odds = try SamePersonOdds(space)
        var before = 0.0
        for step in 0...20 {
            let e = odds.evidence(similarity: Float(step) / 20, sizes: 3, 4)
            let p = odds.probability(evidence: e, among: 1000)
            #expect(p >= before && p > 0 && p < 1)
            #expect(odds.probability(evidence: e, among: 100_000) <= p)
            before = p
        }
        let bare = EmbeddingSpace(id: "bare", dimension: 64, metric: .cosine, normalised: true)
        #expect(throws: LikenessError.self) { try QuestionRanking(bare) }
    }

    @Test("nothing to ask about nothing")
    func empty() throws {
        let ranking = try QuestionRanking(space)
        #expect(try ranking.candidates([]).isEmpty)
        #expect(try ranking.candidates(Array(album(split: []).prefix(1))).isEmpty)
    }
}
