import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Corrections survive")
struct CorrectionsSurviveTests {
    /// Sequences at random; `LIKENESS_SEQUENCES` makes more of them.
    static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["LIKENESS_SEQUENCES"].flatMap(Int.init) ?? 6
        return (1...UInt64(max(1, count))).map { $0 }
    }()

    @Test("decisions × imports × groupings: every decision holds", arguments: seeds)
    func sequences(seed: UInt64) throws {
        let f = try LibraryFixture(people: 5, pictures: 4)
        var dice = DecisionDice(seed: seed)
        for round in 0..<8 {
            for _ in 0..<4 { try dice.step(f.library) }
            switch dice.random.next() % 4 {
            case 0:
                for person in 0..<3 {
                    try f.photos.write("r\(round)-\(person)", [.init(person: person, variant: 100 + round)])
                }
                try f.importAll()
            case 1: try f.regroup()
            case 2: try f.regroup(GroupingParameters(threshold: 0.55 + 0.1 * dice.random.unit(), qualityFloor: 0.1))
            default: try f.library.refreshQuestions()
            }
            let broken = try dice.broken(f.library)
            #expect(broken.isEmpty, "seed \(seed), round \(round): \(broken); \(dice.log)")
            if !broken.isEmpty { return }
        }
        try f.expectHealthy()
    }

    @Test("an answered question is never asked again")
    func questions() throws {
        // loose cores of one person: people that the density does not join
        let f = try LibraryFixture(people: 1, pictures: 1, imports: false)
        for person in 0..<6 {
            for half in 0..<2 {
                // two directions of one person, apart enough to be two groups
                for k in 0..<3 {
                    try f.photos.write(
                        "q\(person)-\(half)-\(k)",
                        [.init(person: person, variant: half * 50, noise: 0.5 + 0.01 * Float(k))])
                }
            }
        }
        try f.importAll()
        try f.regroup(GroupingParameters(threshold: 0.667, qualityFloor: 0.1))
        var asked: Set<Set<String>> = []
        var count = 0
        while let question = try f.library.questions(page: PageRequest(limit: 1)).items.first {
            let pair = Set([question.left, question.right].map { $0.person?.id ?? $0.faces[0].id })
            #expect(asked.insert(pair).inserted, "asked twice")
            let answers: [Question.Answer] = [.different, .unsure, .same]
            try f.library.answer(question.id, answers[count % 3], by: f.owner)
            try f.library.refreshQuestions()
            if count % 4 == 3 { try f.regroup() }
            count += 1
            if count > 200 { break }
        }
        #expect(count > 3 && count <= 200)
        try f.regroup(GroupingParameters(threshold: 0.62, qualityFloor: 0.1))
        for question in try f.library.questions(page: PageRequest(limit: 500)).items {
            #expect(!asked.contains(Set([question.left, question.right].map { $0.person?.id ?? $0.faces[0].id })))
        }
        try f.expectHealthy()
    }

    @Test("two faces of one photo are never one person, unless somebody says so")
    func samePhoto() throws {
        let f = try LibraryFixture(people: 2, pictures: 4, imports: false)
        try f.photos.write("mirror", [.init(person: 0, variant: 1), .init(person: 0, variant: 2)])
        try f.importAll()
        let mirror = try #require(try f.library.photos(path: "mirror").items.first)
        let faces = try #require(try f.library.photo(mirror.id).faces)
        #expect(faces.count == 2 && faces[0].person != faces[1].person)
        let holder = try #require([faces[0].person, faces[1].person].compactMap { $0 }.first)
        try f.library.assign(faces.map(\.id), to: .person(holder), by: f.owner)
        try f.regroup()
        #expect(try f.library.photo(mirror.id).faces?.map(\.person) == [holder, holder])
        try f.expectHealthy()
    }

    @Test("faces below the quality floor join but found nothing")
    func quality() throws {
        let f = try LibraryFixture(people: 1, pictures: 4, imports: false)
        for k in 0..<3 { try f.photos.write("poor-\(k)", [.init(person: 9, variant: k, noise: 0.2, quality: 0.05)]) }
        try f.photos.write("joins", [.init(person: 0, variant: 2, noise: 0.3, quality: 0.05)])
        try f.importAll()
        #expect(try f.people().count == 1)
        #expect(try f.people()[0].faces == 5)
        #expect(try f.library.overview().faces.loose == 3)
    }

    @Test("a person merged of two falls into the two for the split assistant")
    func split() throws {
        let f = try LibraryFixture(people: 3, pictures: 5)
        let people = try f.people()
        let (a, b) = (try f.faces(of: people[0].id), try f.faces(of: people[1].id))
        try f.library.merge(into: people[0].id, from: [people[1].id], by: f.owner)
        let proposal = try f.library.splitProposal(people[0].id)
        #expect(Set(proposal.parts.map { $0.faceIds.sorted() }) == [a, b])
        #expect(proposal.bridges.count == 1)
        let preview = try f.library.preview(.split(person: people[0].id, faces: b))
        #expect(preview.facesAfter == a.count && preview.examples.count == min(8, b.count))
    }
}
