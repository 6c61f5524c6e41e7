import FaceCore
import FaceLibrary
import Foundation
import Testing

@Suite("People that a loose face may be")
struct LooseCandidatesTests {
    @Test("the right person comes first, each once, refused ones not at all")
    func nearest() throws {
        var fixture = QuestionFixture(seed: 1)
        let directions = (0..<30).map { _ in fixture.direction() }
        let people = directions.map { GroupSummary(faces: fixture.photos(6, of: $0)).exemplars }
        let faces = Matrix([4, 17, 29].map { fixture.photo(of: directions[$0]) })
        let loose = try LooseCandidates(QuestionFixture.space, people: people)
        let found = try loose.candidates(faces, threads: 1)
        #expect(found.map { $0.first?.person } == [4, 17, 29])
        for list in found {
            #expect(list.count <= 3 && Set(list.map(\.person)).count == list.count)
            #expect(list.map(\.similarity) == list.map(\.similarity).sorted(by: >))
        }
        #expect(found[0][0].probability > found[0].last?.probability ?? 1 || found[0].count == 1)
        let refused = try loose.candidates(faces, refused: [0: [4]], threads: 2)
        #expect(!refused[0].contains { $0.person == 4 })
        #expect(refused[1] == found[1])
        #expect(try loose.candidates(faces, floor: 2).allSatisfy(\.isEmpty))
    }

    @Test("without people, and without faces")
    func empty() throws {
        var fixture = QuestionFixture(seed: 2)
        let face = fixture.photos(1, of: fixture.direction())
        #expect(try LooseCandidates(QuestionFixture.space, people: []).candidates(face) == [[]])
        let one = try LooseCandidates(QuestionFixture.space, people: [face])
        #expect(try one.candidates(Matrix(rows: 0, columns: 64)).isEmpty)
    }
}
