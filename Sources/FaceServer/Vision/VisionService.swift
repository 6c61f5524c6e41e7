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
    static let mostPixels = 40_000_000
    static let longestSide = 16_384
    /// Seconds for decoding.
    static let patience = 5.0

    private let load: @Sendable () throws(LikenessError) -> LibraryVision
    private let pool: WorkPool
    private let metrics: Metrics
    private let decoder: PhotoDecoder
    private let loaded = Mutex<Result<LibraryVision, LikenessError>?>(nil)
    private let loading = NSLock()

    /// `load` runs once, on the first need; a failure is tried again after the next need.
    package init(
        threads: Int, metrics: Metrics, load: @escaping @Sendable () throws(LikenessError) -> LibraryVision
    ) throws(LikenessError) {
        decoder = try PhotoDecoder(.init(maximumPixels: Self.mostPixels, maximumBytes: BodyReader.uploadLimit))
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

    /// Cards of the networks that are loaded; empty before.
    var cards: [ModelCard] {
        if case .success(let vision) = loaded.withLock({ $0 }) { return vision.cards }
        return []
    }

    func space() async throws -> EmbeddingSpace { try await pool.run { try self.networks().space } }

    /// The faces of an uploaded picture. Throws `busy` when too many wait, `too-large` and `unreadable-image` by the limits
    /// of service.md §11, and what decoding throws.
    func analyse(_ bytes: [UInt8]) async throws -> AnalysedPhoto {
        let started = ContinuousClock.now
        let photo = try await decode(bytes)
        guard max(photo.fullWidth, photo.fullHeight) <= Self.longestSide else {
            throw Problem(.tooLarge, "a side of the picture has more than \(Self.longestSide) pixels")
        }
        let analysed = try await pool.run {
            try self.networks().faces(in: photo, name: "upload", embedding: Self.mostFaces)
        }
        metrics.observe(
            "likeness_inference_seconds", [("stage", "upload")], seconds: (ContinuousClock.now - started) / .seconds(1))
        return analysed
    }

    /// Decodes within a time: the answer comes when it is over, the thread is free again when the decoder ends, which the
    /// limit on pixels makes sure of.
    private func decode(_ bytes: [UInt8]) async throws -> DecodedPhoto {
        let (decoder, patience) = (decoder, Self.patience)
        let answer = OneAnswer<DecodedPhoto>()
        return try await withCheckedThrowingContinuation { continuation in
            answer.wait(continuation)
            Task {
                do {
                    let photo = try await pool.run {
                        DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
                            answer.give(.failure(Problem(.unreadableImage, "decoding took longer than \(patience) s")))
                        }
                        return try decoder.decode(bytes: bytes, name: "upload")
                    }
                    answer.give(.success(photo))
                } catch {
                    answer.give(.failure(error))
                }
            }
        }
    }

    func close() { pool.close() }
}

/// An answer that is given once, whoever is first.
private final class OneAnswer<Value: Sendable>: Sendable {
    private let continuation = Mutex<CheckedContinuation<Value, any Error>?>(nil)

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation.withLock { $0 = continuation }
    }

    func give(_ result: Result<Value, any Error>) {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(with: result)
    }
}
