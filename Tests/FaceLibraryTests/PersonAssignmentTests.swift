import FaceLibrary
import Testing

@Suite("People of groups")
struct PersonAssignmentTests {
    /// 20 of A's 100 faces have come into the group of B's 100.
    private func outcome(apart: Bool) -> [Int: Int?] {
        let (a, b) = (1, 2)
        let members =
            (0..<20).map { PersonAssignment.Member(face: $0, claim: (a, 1), before: a) }
            + (100..<200).map { PersonAssignment.Member(face: $0, claim: (b, 1), before: b) }
            + [PersonAssignment.Member(face: 300)]
        let assignment = PersonAssignment(claims: [a: 100, b: 100], apart: { _, _ in apart }) { _, _, known in
            known[0].person
        }
        return assignment.assign([.init(key: 0, members: members)], isTaken: { _ in true }) { _ in 9 }
    }

    @Test("faces of a person stay with her, and do not go to one of whom it was said to be different")
    func apart() {
        let said = outcome(apart: true)
        #expect((0..<20).allSatisfy { said[$0] == 1 })
        #expect((100..<200).allSatisfy { said[$0] == 2 } && said[300] == 2)
        let unsaid = outcome(apart: false)
        #expect((0..<20).allSatisfy { unsaid[$0] == 2 })
    }
}
