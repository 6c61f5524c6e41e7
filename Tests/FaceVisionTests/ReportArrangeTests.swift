import FaceCore
import FaceVision
import Testing

@Suite struct ReportArrangeTests {
    @Test func mostFacesFirstThenFirstSeen() {
        let faces = ["a", "b", "c", "d", "e", "f"].map { ReportSamples.face($0) }
        let (people, loose) = GroupReport.arranged(faces, labels: [5, 2, 2, -1, 5, 9])
        #expect(people.map(\.id) == ["person-1", "person-2", "person-3"])
        #expect(people.map { $0.faces.map(\.face.source) } == [["a", "e"], ["b", "c"], ["f"]])
        #expect(loose.map(\.face.source) == ["d"])
    }

    @Test func theMostTypicalClearFaceStandsForThePerson() {
        let faces = [
            ReportSamples.face("blurred", similarity: 0.7, quality: 0.3),
            ReportSamples.face("odd", similarity: 0.2, quality: 0.9),
            ReportSamples.face("good", similarity: 0.65, quality: 0.9),
        ]
        let (people, _) = GroupReport.arranged(faces, labels: [0, 0, 0])
        #expect(people[0].faces.map(\.face.source) == ["good", "blurred", "odd"])
    }

    @Test func nothingGivesNobody() {
        let (people, loose) = GroupReport.arranged([], labels: [])
        #expect(people.isEmpty && loose.isEmpty)
    }
}
