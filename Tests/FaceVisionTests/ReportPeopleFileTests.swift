import FaceCore
import FaceVision
import Foundation
import Testing

@Suite struct ReportPeopleFileTests {
    func object(_ report: GroupReport) throws -> [String: Any] {
        let json = try PeopleFile(report).json()
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    @Test func hasTheShapeThatIsPromised() throws {
        let object = try object(ReportSamples.report())
        #expect(Set(object.keys) == ["people", "unassigned", "rejected", "timings"])
        let people = try #require(object["people"] as? [[String: Any]])
        #expect(people.map { $0["id"] as? String } == ["person-1", "person-2", "person-3"])
        #expect(people.map { $0["name"] as? String } == ["Anna", nil, nil])
        #expect(Set(people[1].keys) == ["id", "faces"])
        let face = try #require((people[0]["faces"] as? [[String: Any]])?.first)
        #expect(
            Set(face.keys) == [
                "source", "box", "landmarks", "score", "quality", "similarity", "probability", "confidence",
            ])
        #expect(face["source"] as? String == "a.jpg")
        #expect((face["landmarks"] as? [[Double]])?.count == 5)
        #expect((object["timings"] as? [String: Double]) == ["decode": 0.5, "detect": 2, "total": 1.5])
    }

    @Test func rejectsFacesWithReasonsAndPhotosWithErrors() throws {
        let rejected = try #require(object(ReportSamples.report())["rejected"] as? [[String: Any]])
        #expect(rejected.count == 2)
        #expect(rejected[0]["reasons"] as? [String] == ["not-a-face", "too-small"])
        #expect(rejected[0]["box"] != nil && rejected[0]["source"] as? String == "f.jpg")
        #expect(rejected[1]["source"] as? String == "g.jpg")
        #expect(rejected[1]["reasons"] as? [String] == ["image-truncated"])
        #expect(rejected[1]["message"] as? String == "it ends early")
        #expect(rejected[1]["box"] == nil)
    }

    @Test func readsWhatItWrote() throws {
        let file = PeopleFile(ReportSamples.report())
        let json = try file.json()
        #expect(try PeopleFile(json: json) == file)
        #expect(try PeopleFile(json: json).json() == json)
        #expect(try PeopleFile(json: PeopleFile().json()) == PeopleFile())
    }

    @Test func keepsNamesAsTheyAre() throws {
        var report = ReportSamples.report()
        let name = "Bïden, \"copy\" (1)/\u{202E}\\\n.jpg"
        report.people[0].faces[0].face.source = name
        #expect(try PeopleFile(json: PeopleFile(report).json()).people[0].faces[0].face.source == name)
    }

    @Test func refusesWhatIsNoPeopleFile() {
        for text in ["", "{", "[]", "{\"people\":1}", "{\"people\":[{\"id\":1}]}", "null"] {
            #expect {
                try PeopleFile(json: Array(text.utf8))
            } throws: { error in
                (error as? LikenessError)?.code == .fileFormat
            }
        }
    }

    @Test func saysWhichNumberCannotBeWritten() {
        var report = ReportSamples.report()
        report.seconds = .nan
        #expect(throws: LikenessError.self) { try PeopleFile(report).json() }
    }
}
