import FaceCore
import FaceSpace
import Foundation
import Testing

@Suite struct GroupingTests {
    let grouping = Grouping(
        labels: [0, -1, 1, 0], confidence: [0.9, 0.5, 0.8, 1], method: "evidence", parameters: ["neighbours": 80])

    @Test func listsMembersAndTheRest() {
        #expect(grouping.groupCount == 2)
        #expect(grouping.members == [[0, 3], [2]])
        #expect(grouping.unassigned == [1])
    }

    @Test func isEmptyWithoutRows() {
        let empty = Grouping(labels: [], confidence: [], method: "evidence", parameters: [:])
        #expect(empty.groupCount == 0 && empty.members.isEmpty && empty.unassigned.isEmpty)
        let nobody = Grouping(labels: [-1, -1], confidence: [1, 1], method: "evidence", parameters: [:])
        #expect(nobody.groupCount == 0 && nobody.members.isEmpty && nobody.unassigned == [0, 1])
    }

    @Test func numbersGroupsByFirstRow() {
        #expect(Grouping.numbered([7, -3, 2, 7, 9, 2]) == [0, -1, 1, 0, 2, 1])
        #expect(Grouping.numbered([]) == [])
    }

    @Test func survivesJSON() throws {
        let data = try JSONEncoder().encode(grouping)
        #expect(try JSONDecoder().decode(Grouping.self, from: data) == grouping)
    }
}
