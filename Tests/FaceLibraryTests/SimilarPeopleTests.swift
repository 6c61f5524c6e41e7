import FaceCore
import FaceLibrary
import FaceTestSupport
import Testing

@Suite("Similar people")
struct SimilarPeopleTests {
    @Test("after every change they are those of a library that is opened anew")
    func remembered() throws {
        let f = try LibraryFixture(people: 60, pictures: 2)
        try f.regroup(GroupingParameters(threshold: 0.667, qualityFloor: 0.1))
        let people = try f.people()
        try #require(people.count > 50)
        try compare(f, people)
        // more people than are kept beside the large index
        var merges: [String] = []
        for k in stride(from: 0, to: people.count - 1, by: 2) {
            let merged = try f.library.merge(into: people[k].id, from: [people[k + 1].id], by: f.owner)
            merges.append(merged.decision.id)
            if k % 10 == 0 { try compare(f, [people[k], people[people.count - 1]]) }
        }
        try compare(f, people)
        for merge in merges.prefix(5) { try f.library.undo(merge, by: f.owner) }
        let faces = try f.faces(of: people[0].id)
        try f.library.split(people[0].id, faces: [faces[0]], by: f.owner)
        try compare(f, people)
    }

    private func compare(
        _ f: LibraryFixture, _ people: [Person], _ location: SourceLocation = #_sourceLocation
    ) throws {
        let fresh = try PhotoLibrary.open(f.library.folder, access: .read)
        for person in people {
            let kept = try f.library.similarPeople(to: person.id, limit: 8)
            #expect(!kept.isEmpty, sourceLocation: location)
            #expect(try fresh.similarPeople(to: person.id, limit: 8) == kept, sourceLocation: location)
        }
    }
}
