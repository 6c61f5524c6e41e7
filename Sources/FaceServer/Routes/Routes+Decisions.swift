import FaceLibrary
import HTTPTypes

extension Routes {
    static func questions(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/questions", "listQuestions", "The same person? Best question first",
                access: .scope(.personRead), limits: .read, audit: .none, idempotency: .safe, query: paging,
                answers: [.json(.page(.reference("Question")))]
            ) { call in try await services.page(call) { try $0.questions(page: $1) } },
            Route(
                .post, "/v1/questions/{id}:answer", "answerQuestion", "Answers a question; the next one comes with it",
                access: .scope(.personWrite), limits: .write, audit: .change, idempotency: .keyed,
                body: .json(.object(.required("answer", .oneOf("same", "different", "unsure")))),
                answers: [
                    .json(
                        .object(
                            .required("decision", .reference("Decision")),
                            .required("next", .reference("Question").nullable)))
                ], problems: [.conflict]
            ) { call in
                struct Body: Decodable { let answer: Question.Answer }
                let (id, answer) = (call.parameter("id"), try call.body(Body.self).answer)
                let author = services.author(call)
                let answered = try await services.alter { try $0.answer(id, answer, by: author) }
                services.metrics.count("likeness_question_answers_total", [("answer", answer.rawValue)])
                return try .json(
                    answered, subjects: [answered.decision.id] + answered.decision.subjects)
            },
        ]
    }

    static func decisions(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/decisions", "listDecisions", "The journal, newest first", access: .scope(.personRead),
                limits: .read, audit: .none, idempotency: .safe, query: paging,
                answers: [.json(.page(.reference("Decision")))]
            ) { call in try await services.page(call) { try $0.decisions(page: $1) } },
            Route(
                .get, "/v1/decisions/{id}", "getDecision", "One entry of the journal", access: .scope(.personRead),
                limits: .read, audit: .none, idempotency: .safe, answers: [.json(.reference("Decision"))]
            ) { call in
                let id = call.parameter("id")
                return try .json(try await services.ask { try $0.decision(id) })
            },
            Route(
                .post, "/v1/decisions/{id}:undo", "undoDecision", "Takes a decision back", access: .scope(.personWrite),
                limits: .write, audit: .change, idempotency: .keyed, answers: [.json(.reference("PersonChange"))],
                problems: [.conflict]
            ) { call in
                let id = call.parameter("id")
                return try await services.change(call) { try $0.undo(id, by: $1) }
            },
        ]
    }
}
