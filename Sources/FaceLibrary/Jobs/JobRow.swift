import FaceCore
import Foundation
import GRDB

/// A job as the database keeps it.
struct JobRow {
    var no: Int
    var job: Job
    var arguments: JobArguments
    var attempt: Int
    var epoch: Int
    var wish: String?

    init(_ row: Row) throws {
        no = row["no"]
        attempt = row["attempt"]
        epoch = row["epoch"]
        wish = row["wish"]
        let decoder = JSONDecoder()
        arguments = try decoder.decode(JobArguments.self, from: Data((row["arguments"] as String).utf8))
        let total: Int? = row["total"]
        let done: Int = row["done"]
        let rate: Double? = row["rate"]
        let state = Job.State(rawValue: row["state"]) ?? .failed
        let message: String? = row["error"]
        let remaining = rate.flatMap { r in total.flatMap { r > 0 ? Double(max(0, $0 - done)) / r : nil } }
        job = Job(
            id: row["id"], kind: Job.Kind(rawValue: row["kind"]) ?? .import, state: state, done: done, total: total,
            rate: state == .running ? rate.map { ($0 * 100).rounded() / 100 } : nil,
            remaining: state == .running ? remaining.map { ($0 * 10).rounded() / 10 } : nil,
            error: message.map {
                Job.Failure(kind: Job.Failure.Kind(rawValue: row["errorKind"] ?? "") ?? .bug, message: $0)
            },
            createdAt: Timestamp.text(row["createdAt"] as Double),
            startedAt: Timestamp.text(row["startedAt"] as Double?),
            endedAt: Timestamp.text(row["endedAt"] as Double?),
            detail: (try? decoder.decode([String: DetailValue].self, from: Data((row["detail"] as String).utf8))) ?? [:]
        )
    }
}

/// What a job is told.
struct JobArguments: Codable, Sendable {
    var paths: [String]?
    var again: Bool?
    var force: Bool?
    var subject: ForgetSubject?
    var actor: String?
    var folder: String?
}
