package import FaceCore
package import FaceLibrary
import FaceVision
import Foundation
import Synchronization

/// The networks of the server: loaded once, shared by uploads and imports, used by few at a time.
package final class VisionService: Sendable {
    /// How far the loading has come, for `/health/ready`.
    package enum State: Sendable, Equatable {
        case loading
        case loaded
        /// With the code of the error.
        case missing(String)
    }

    /// Faces of a photo that get a vector; the rest are found and left (service.md §11).
    static let mostFaces = 64

    private let load: @Sendable () throws(LikenessError) -> LibraryVision
    private let pool: WorkPool
    private let metrics: Metrics
    private let loaded = Mutex<Result<LibraryVision, LikenessError>?>(nil)
    private let loading = NSLock()

    /// `load` runs once, on the first need; a failure is tried again after the next need.
    package init(
        threads: Int, metrics: Metrics, load: @escaping @Sendable () throws(LikenessError) -> LibraryVision
    ) {
        self.load = load
        self.metrics = metrics
        pool = WorkPool("likeness-vision", threads: max(1, threads), waiting: 16)
    }

    package var state: State {
        switch loaded.withLock({ $0 }) {
        case nil: .loading
        case .success: .loaded
        case .failure(let error): .missing(error.code.description)
        }
    }

    /// The networks; blocks while they are loaded. Throws `model-missing` and what loading throws.
    package func networks() throws(LikenessError) -> LibraryVision {
        if case .success(let vision) = loaded.withLock({ $0 }) { return vision }
        loading.lock()
        defer { loading.unlock() }
        if case .success(let vision) = loaded.withLock({ $0 }) { return vision }
        do throws(LikenessError) {
            let vision = try load()
            loaded.withLock { $0 = .success(vision) }
            return vision
        } catch {
            loaded.withLock { $0 = .failure(error) }
            throw error
        }
    }

    func space() async throws -> EmbeddingSpace { try await pool.run { try self.networks().space } }

    /// The faces of an uploaded picture. Throws `busy` when too many wait, and what decoding throws.
    func analyse(_ bytes: [UInt8]) async throws -> AnalysedPhoto {
        let metrics = metrics
        return try await pool.run {
            let vision = try self.networks()
            let started = ContinuousClock.now
            defer {
                metrics.observe(
                    "likeness_inference_seconds", [("stage", "upload")],
                    seconds: (ContinuousClock.now - started) / .seconds(1))
            }
            return try vision.faces(in: bytes, name: "upload")
        }
    }

    func close() { pool.close() }
}
