import FaceCore
import Foundation

/// One line a request. What may stand in it is listed here: no path, no query, no name, no address of a photo.
package struct RequestLog: Sendable {
    package enum Form: String, Sendable, CaseIterable {
        case text
        case json
        case off
    }

    /// What is known of a request when it was answered.
    package struct Entry: Sendable {
        package var id: String
        package var method: String
        /// The pattern of the route, such as `/v1/people/{id}`; never the path itself.
        package var route: String
        package var status: Int
        package var milliseconds: Double
        package var client: String
        /// `usr_…`, `key_…` or `-`.
        package var principal: String
        /// The slug of the problem, when it was one.
        package var problem: String?

        package init(
            id: String, method: String, route: String, status: Int, milliseconds: Double, client: String,
            principal: String, problem: String?
        ) {
            (self.id, self.method, self.route, self.status) = (id, method, route, status)
            (self.milliseconds, self.client, self.principal) = (milliseconds, client, principal)
            self.problem = problem
        }
    }

    private let form: Form
    private let write: @Sendable (String) -> Void

    package init(_ form: Form, write: (@Sendable (String) -> Void)? = nil) {
        self.form = form
        self.write = write ?? { line in FileHandle.standardError.write(Data((line + "\n").utf8)) }
    }

    package func note(_ entry: Entry) {
        switch form {
        case .off: break
        case .text:
            let problem = entry.problem.map { " \($0)" } ?? ""
            write(
                "\(WireTime.text(Date())) \(entry.id) \(entry.method) \(entry.route) \(entry.status)\(problem) "
                    + "\(Self.rounded(entry.milliseconds)) ms \(entry.principal) \(entry.client)")
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let bytes = try? encoder.encode(Line(entry)) else { return }
            write(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// An error that nobody foresaw. Its text may hold anything, so only its type is written; of our own errors the code
    /// and the sentence, which name no file or row.
    package func fault(_ id: String, _ error: any Error) {
        if form == .off { return }
        let code = (error as? LikenessError).map { " \($0.code): \($0.message)" } ?? ""
        write("\(WireTime.text(Date())) \(id) fault \(type(of: error))\(code)")
    }

    private static func rounded(_ x: Double) -> Double { (x * 10).rounded() / 10 }

    private struct Line: Encodable {
        let at: String
        let id: String
        let method: String
        let route: String
        let status: Int
        let ms: Double
        let client: String
        let principal: String
        let problem: String?

        init(_ entry: Entry) {
            at = WireTime.text(Date())
            id = entry.id
            method = entry.method
            route = entry.route
            status = entry.status
            ms = RequestLog.rounded(entry.milliseconds)
            client = entry.client
            principal = entry.principal
            problem = entry.problem
        }
    }
}
