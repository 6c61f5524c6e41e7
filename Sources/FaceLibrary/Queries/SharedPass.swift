package import FaceCore
import Foundation
import Synchronization

/// Joins questions that come at once: one caller answers all that wait, so that what costs a pass over many data costs it
/// once for all of them.
///
/// The first caller begins at once. Who comes while it works waits; then one of these answers all who wait.
package final class SharedPass<Question: Sendable, Answer: Sendable>: Sendable {
    private final class Caller: @unchecked Sendable {
        let question: Question
        let turn = DispatchSemaphore(value: 0)
        /// Written by another caller before `turn` is signalled; nil when this one is to answer.
        var answer: Result<Answer, LikenessError>?

        init(_ question: Question) { self.question = question }
    }

    private struct State {
        var waiting: [Caller] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Answers a question, maybe in another caller's pass. `pass` answers many, in their order; what it throws, all get.
    package func join(
        _ question: Question, pass: ([Question]) throws(LikenessError) -> [Answer]
    ) throws(LikenessError) -> Answer {
        let own = Caller(question)
        let mustWait = state.withLock { state in
            state.waiting.append(own)
            defer { state.isRunning = true }
            return state.isRunning
        }
        if mustWait { own.turn.wait() }
        if own.answer == nil { answer(pass) }
        guard let answer = own.answer else { throw LikenessError(.defect, "a pass left out who made it") }
        return try answer.get()
    }

    /// Answers all who wait, then lets one of those go on who came meanwhile.
    private func answer(_ pass: ([Question]) throws(LikenessError) -> [Answer]) {
        let callers = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        let outcome = Result { () throws(LikenessError) in try pass(callers.map(\.question)) }
        for (k, caller) in callers.enumerated() { caller.answer = outcome.map { $0[k] } }
        let next = state.withLock { state in
            state.isRunning = !state.waiting.isEmpty
            return state.waiting.first
        }
        // the caller who answers is among them, and need not wait
        for caller in callers { caller.turn.signal() }
        next?.turn.signal()
    }
}
