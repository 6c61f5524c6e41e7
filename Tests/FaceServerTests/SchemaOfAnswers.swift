import FaceCore
import FaceServer
import HTTPTypes
import Testing

/// What is wrong with an answer by the description of its route; empty when it keeps its promise.
func broken(_ answer: TestSession.Answer, _ operation: String, in table: RouteTable) -> [String] {
    guard let route = table.routes.first(where: { $0.operation == operation }) else { return ["no such operation"] }
    guard answer.status < 400 else { return ["answered \(answer.status): \(answer.text.prefix(300))"] }
    guard let described = route.answers.first(where: { $0.status == answer.status }) else {
        return ["answers \(answer.status), which is not described"]
    }
    let type = answer.headers[.contentType].map { String($0.prefix { $0 != ";" }) }
    guard let content = described.content.first(where: { $0.type == type }) else {
        return described.content.isEmpty && answer.bytes.isEmpty ? [] : ["has the type \(type ?? "none")"]
    }
    guard let schema = content.schema else { return [] }
    return schema.faults(in: answer.json, components: Components.all).map { "\($0.pointer) \($0.detail)" }
}
