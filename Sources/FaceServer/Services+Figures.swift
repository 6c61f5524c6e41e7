import FaceCore
import FaceLibrary
import Foundation

extension Services {
    /// The folders from which may be imported: those of the command line and those that were imported before.
    func roots(_ folders: [ImportFolder]) -> ImportRoots { ImportRoots(options.roots + folders.map(\.path)) }

    /// The document of the API.
    func document() -> [UInt8] {
        if let made = madeDocument.value { return made }
        let bytes = OpenAPI.document(RouteTable(Routes.all(self)), components: Components.all).utf8
        madeDocument.change { $0 = bytes }
        return bytes
    }

    /// What the library says of itself, for `/metrics`.
    func gauges(_ library: PhotoLibrary) throws -> [Metrics.Gauge] {
        let overview = try library.overview()
        let photos: [(String, Int)] = [
            ("with-faces", overview.photos.withFaces), ("without-faces", overview.photos.withoutFaces),
            ("failed", overview.photos.failed), ("waiting", overview.photos.waiting),
            ("missing", overview.photos.missing),
        ]
        let faces: [(String, Int)] = [
            ("in-people", overview.faces.inPeople), ("loose", overview.faces.loose),
            ("ignored", overview.faces.ignored),
            ("not-considered", overview.faces.notConsidered),
        ]
        var jobs: [[String]: Int] = [:]
        for state in [Job.State.queued, .running, .paused, .failed, .dead] {
            for job in try library.jobs(state: state, limit: 500) {
                jobs[[job.kind.rawValue, state.rawValue], default: 0] += 1
            }
        }
        var gauges = photos.map { Metrics.Gauge("likeness_photos", Double($0.1), [("state", $0.0)]) }
        gauges += faces.map { Metrics.Gauge("likeness_faces", Double($0.1), [("state", $0.0)]) }
        gauges += jobs.map {
            Metrics.Gauge("likeness_jobs", Double($0.value), [("kind", $0.key[0]), ("state", $0.key[1])])
        }
        gauges += try library.models().map { model in
            Metrics.Gauge("likeness_vector_bytes", Double(model.faces * model.dimension * 4), [("model", model.id)])
        }
        gauges += [
            .init("likeness_queue_oldest_seconds", try oldestWait(library)),
            .init("likeness_grouping_groups", Double(overview.people.total)),
            .init("likeness_event_listeners", Double(hub.listenerCount)),
            .init("likeness_work_waiting", Double(pool.load + changes.load)),
        ]
        return gauges
    }

    private func oldestWait(_ library: PhotoLibrary) throws -> Double {
        let times = try library.jobs(state: .queued, limit: 500).compactMap { WireTime.parse($0.createdAt) }
        return times.min().map { max(0, -$0.timeIntervalSinceNow) } ?? 0
    }
}
