import FaceCore
import FaceLibrary
import Foundation
import Testing

@Suite("Prototypes by age")
struct AgeBandsTests {
    @Test(
        "ages from dates",
        arguments: [
            ("2019-05-14", "2001-05-14", 18.0), ("2001-05-14T10:00:00+02:00", "2001-05-14", 0),
            ("2024-02-29", "2000-02-29", 24), ("2001-05-01", "2001-05-14", 0), ("1999-12-31", "1900-01-01", 99.997),
        ])
    func ages(photo: String, born: String, expected: Double) throws {
        let age = try #require(AgeBands.age(on: photo, born: born))
        #expect(abs(age - expected) < 0.005)
    }

    @Test(
        "what is no age",
        arguments: [
            ("2001-01-01", "2001-05-14"), ("x", "2001-05-14"), ("2019-05-14", ""), ("2019-13-14", "2001-05-14"),
            ("19-05-14", "2001-05-14"), ("2300-05-14", "2001-05-14"), ("2019/05/14", "2001-05-14"),
        ])
    func noAges(photo: String, born: String) { #expect(AgeBands.age(on: photo, born: born) == nil) }

    @Test("years with their fraction")
    func years() throws {
        #expect(AgeBands.year(of: "2019-01-01") == 2019)
        #expect(abs(try #require(AgeBands.year(of: "2019-07-02T12:00:00")) - 2019.5) < 0.01)
        #expect(try #require(AgeBands.year(of: "2020-12-31")) < 2021)
        #expect(AgeBands.year(of: "today") == nil)
    }

    @Test("a child's photo is nearer to the child than to the adult, and the other way round")
    func growing() throws {
        var fixture = QuestionFixture(seed: 1)
        let (child, adult) = (fixture.direction(), fixture.direction())
        let faces = stacked([fixture.photos(6, of: child), fixture.photos(9, of: adult)])
        let ages: [Double?] = [2, 2.5, 2.9, 1.5, 2, 2] + [Double?](repeating: 30, count: 9)
        let bands = AgeBands(faces, ages: ages)
        #expect(bands.prototypes.map(\.count) == [6, 9])
        let (young, old) = (fixture.photo(of: child), fixture.photo(of: adult))
        #expect(try #require(bands.similarity(of: young, age: 4)) > 0.5)
        #expect(try #require(bands.similarity(of: old, age: 4)) < 0.4)
        #expect(try #require(bands.similarity(of: old, age: 33)) > 0.5)
        #expect(try #require(bands.similarity(of: young, age: nil)) > 0.5)
        // of an age that no photo is near to, all are asked
        #expect(try #require(bands.similarity(of: old, age: 90)) > 0.5)
    }

    @Test("faces of unknown age count always, and nobody has no similarity")
    func unknown() throws {
        var fixture = QuestionFixture(seed: 2)
        let person = fixture.direction()
        let bands = AgeBands(fixture.photos(5, of: person), ages: [nil, nil, nil, nil, nil])
        #expect(bands.prototypes.map(\.band) == [nil])
        #expect(try #require(bands.similarity(of: fixture.photo(of: person), age: 3)) > 0.5)
        #expect(AgeBands(Matrix(rows: 0, columns: 64), ages: []).similarity(of: person, age: 3) == nil)
        #expect(AgeBands.limits == AgeBands.limits.sorted())
    }
}
