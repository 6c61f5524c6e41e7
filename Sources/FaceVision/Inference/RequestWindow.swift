internal import FaceCore

/// Runs a list of jobs through networks with several requests in flight, so that the next input is written while the
/// ones before are computed.
enum RequestWindow {
    /// `fill` and `harvest` are called on this thread, in the order of the jobs.
    static func run<Job>(
        _ jobs: [Job], inFlight: Int, network: (Job) throws(LikenessError) -> Network, fill: (Job, Request) -> Void,
        harvest: (Job, Request) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        var running: [(job: Job, network: Network, request: Request)] = []
        defer {
            // After an error: a request may only be lent again when its run has ended.
            for r in running {
                try? r.request.wait()
                r.network.giveBack(r.request)
            }
        }
        func finishFirst() throws(LikenessError) {
            try running[0].request.wait()
            try harvest(running[0].job, running[0].request)
            let done = running.removeFirst()
            done.network.giveBack(done.request)
        }
        for job in jobs {
            if running.count >= max(1, inFlight) { try finishFirst() }
            let n = try network(job)
            let request = try n.borrow()
            fill(job, request)
            do throws(LikenessError) {
                try request.start()
            } catch {
                n.giveBack(request)
                throw error
            }
            running.append((job, n, request))
        }
        while !running.isEmpty { try finishFirst() }
    }
}
