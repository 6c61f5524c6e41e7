import FaceCore
import Foundation
import FoundationNetworking

/// One file from an HTTP address, streamed to disk; what is longer than the card says is cut off and refused.
struct Download: Sendable {
    let url: URL
    /// Bytes that the file has; more are refused while they arrive.
    let limit: Int

    func save(to path: String) async throws(LikenessError) {
        let receiver = Receiver(path: path, limit: limit, address: url.absoluteString)
        let result: Result<Void, LikenessError> = await withCheckedContinuation { continuation in
            receiver.start(url) { continuation.resume(returning: $0) }
        }
        try result.get()
    }

    /// Delegate of one transfer. @unchecked: URLSession calls it from one serial queue only.
    private final class Receiver: NSObject, URLSessionDataDelegate, @unchecked Sendable {
        private let path: String
        private let limit: Int
        private let address: String
        private var received = 0
        private var file: FileHandle?
        private var failure: LikenessError?
        private var done: ((Result<Void, LikenessError>) -> Void)?

        init(path: String, limit: Int, address: String) {
            self.path = path
            self.limit = limit
            self.address = address
        }

        func start(_ url: URL, done: @escaping (Result<Void, LikenessError>) -> Void) {
            self.done = done
            let configuration = URLSessionConfiguration.ephemeral
            configuration.timeoutIntervalForRequest = 60
            let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
            session.dataTask(with: url).resume()
            session.finishTasksAndInvalidate()
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) {
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            if status != 200 {
                failure = error("the server answers \(status)")
            } else if !FileManager.default.createFile(atPath: path, contents: nil) {
                failure = LikenessError(.fileUnwritable, subject: path, "cannot be written")
            } else {
                file = FileHandle(forWritingAtPath: path)
            }
            completionHandler(failure == nil ? .allow : .cancel)
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            guard failure == nil else { return }
            received += data.count
            if received > limit {
                failure = error("more than the \(limit) bytes of the card are sent")
            } else {
                do { try file?.write(contentsOf: data) } catch {
                    failure = LikenessError(.fileUnwritable, subject: path, "cannot be written: \(error)")
                }
            }
            if failure != nil { dataTask.cancel() }
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError problem: (any Error)?) {
            do { try file?.synchronize() } catch { failure = failure ?? self.error("cannot be flushed: \(error)") }
            try? file?.close()
            if failure == nil, let problem { failure = error(problem.localizedDescription) }
            if failure == nil, received != limit {
                failure = error("only \(received) of \(limit) bytes were sent")
            }
            done?(failure.map { .failure($0) } ?? .success(()))
            done = nil
        }

        private func error(_ what: String) -> LikenessError {
            LikenessError(
                .downloadFailed, subject: address, what,
                remedy: "download the file with a browser, then `likeness models add FILE`")
        }
    }
}
