import FaceCore
import FaceLibrary
import Foundation
import Testing

@Suite("Parts of one person")
struct SplitAssistantTests {
    private let assistant: SplitAssistant

    init() throws { assistant = try SplitAssistant(QuestionFixture.space) }

    @Test("people who were mixed come apart, the weakest bridge first")
    func mixed() {
        var fixture = QuestionFixture(seed: 1)
        let people = (0..<3).map { _ in fixture.direction() }
        let faces = stacked(zip(people, [20, 12, 5]).map { fixture.photos($1, of: $0) })
        let proposal = assistant.bySimilarity(faces)
        #expect(proposal.parts.map(\.rows) == [Array(0..<20), Array(20..<32), Array(32..<37)])
        #expect(proposal.bridges.count == 2)
        #expect(proposal.bridges[0].similarity <= proposal.bridges[1].similarity)
        for bridge in proposal.bridges {
            #expect(bridge.probability < 0.6)
            #expect(Set(bridge.left).isDisjoint(with: bridge.right))
            #expect(abs(faces.dot(bridge.rowA, faces, bridge.rowB) - bridge.best) < 1e-5)
        }
        #expect(Set(proposal.bridges[0].left + proposal.bridges[0].right) == [0, 1, 2])
        for part in proposal.parts { #expect(part.examples.count <= 12 && Set(part.examples).isSubset(of: part.rows)) }
    }

    @Test("one stranger among many is found alone")
    func stranger() {
        var fixture = QuestionFixture(seed: 2)
        let faces = stacked([fixture.photos(30, of: fixture.direction()), fixture.photos(1, of: fixture.direction())])
        let proposal = assistant.bySimilarity(faces)
        #expect(proposal.parts.map(\.rows.count) == [30, 1])
        #expect(proposal.parts[1].rows == [30])
    }

    @Test("one person stays two parts at the weakest place, and the bridge says that it is strong")
    func onePerson() {
        var fixture = QuestionFixture(seed: 3)
        let proposal = assistant.bySimilarity(fixture.photos(25, of: fixture.direction(), likeness: 0.7))
        #expect(proposal.parts.count == 2 && proposal.bridges.count == 1)
        #expect(proposal.bridges[0].probability > 0.9)
    }

    @Test("every row is in exactly one part, and the order of rows changes nothing")
    func partition() {
        var fixture = QuestionFixture(seed: 4)
        let people = (0..<20).map { _ in fixture.direction() }
        let faces = stacked(people.map { fixture.photos(3, of: $0) })
        let proposal = assistant.bySimilarity(faces)
        #expect(proposal.parts.count == SplitAssistant.mostParts)
        #expect(proposal.parts.flatMap(\.rows).sorted() == Array(0..<60))
        #expect(proposal.bridges.count == proposal.parts.count - 1)
        let order = Array((0..<60).reversed())
        let back = assistant.bySimilarity(faces.rows(at: order))
        #expect(Set(back.parts.map { Set($0.rows.map { order[$0] }) }) == Set(proposal.parts.map { Set($0.rows) }))
    }

    @Test("years are counted, and parts by year are in their order")
    func years() {
        var fixture = QuestionFixture(seed: 5)
        let person = fixture.direction()
        let faces = fixture.photos(9, of: person)
        let years: [Int?] = [2010, 2012, nil, 2010, 2011, 2012, 2012, nil, 2010]
        let byYear = assistant.byYear(faces, years: years)
        #expect(byYear.parts.map(\.rows) == [[0, 3, 8], [4], [1, 5, 6], [2, 7]])
        #expect(byYear.bridges.count == 3)
        let similar = assistant.bySimilarity(faces, years: years)
        let counts = similar.parts.flatMap(\.years).reduce(into: [Int: Int]()) { $0[$1.year, default: 0] += $1.count }
        #expect(counts == [2010: 3, 2011: 1, 2012: 3])
    }

    @Test("a person of four thousand faces is divided too")
    func large() {
        var fixture = QuestionFixture(seed: 6)
        let faces = stacked([
            fixture.photos(1700, of: fixture.direction(), likeness: 0.8), fixture.photos(60, of: fixture.direction()),
        ])
        let proposal = assistant.bySimilarity(faces)
        #expect(proposal.parts.flatMap(\.rows).sorted() == Array(0..<1760))
        #expect(proposal.parts.contains { part in part.rows.allSatisfy { $0 >= 1700 } })
    }

    @Test("one face, and none")
    func few() {
        var fixture = QuestionFixture(seed: 7)
        #expect(assistant.bySimilarity(fixture.photos(1, of: fixture.direction())).bridges.isEmpty)
        #expect(assistant.bySimilarity(Matrix(rows: 0, columns: 64)).bridges.isEmpty)
        let twins = fixture.photo(of: fixture.direction())
        #expect(assistant.bySimilarity(Matrix([twins, twins, twins])).parts.map(\.rows.count).reduce(0, +) == 3)
    }
}
