import FaceCore
import FaceLibrary
import Foundation
import Synchronization
import Testing

@Suite("Questions that come at once")
struct SharedPassTests {
    /// Asks from threads of their own; returns the answers in the order of the questions.
    private func ask(
        _ count: Int, _ shared: SharedPass<Int, Int> = .init(),
        _ pass: @escaping @Sendable ([Int]) throws(LikenessError) -> [Int]
    ) -> [Result<Int, LikenessError>] {
        let found = Mutex([Int: Result<Int, LikenessError>]())
        atOnce(count) { k in
            let answer = Result { () throws(LikenessError) in try shared.join(k, pass: pass) }
            found.withLock { $0[k] = answer }
        }
        return found.withLock { found in (0..<count).compactMap { found[$0] } }
    }

    @Test("each gets its own answer, and those who wait share a pass")
    func shares() throws {
        let passes = Mutex(0)
        let answers = ask(40) { questions in
            passes.withLock { $0 += 1 }
            // as long as a pass over many vectors
            usleep(20_000)
            return questions.map { $0 * $0 }
        }
        #expect(try answers.map { try $0.get() } == (0..<40).map { $0 * $0 })
        let count = passes.withLock { $0 }
        #expect(count < 40, "\(count) passes for 40 questions")
    }

    @Test("an error reaches all who share the pass, and the next ones are answered")
    func fails() throws {
        let isFirst = Mutex(true)
        let shared = SharedPass<Int, Int>()
        let answers = ask(12, shared) { (questions) throws(LikenessError) in
            usleep(5000)
            let fails = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            if fails { throw LikenessError(.defect, "no pass") }
            return questions
        }
        let failed = answers.filter { (try? $0.get()) == nil }.count
        #expect(answers.count == 12 && failed >= 1)
        #expect(try shared.join(7) { $0 } == 7)
    }
}
