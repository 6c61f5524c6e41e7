package import HTTPTypes
import Synchronization

/// Tokens that come back at a steady rate; a request takes one.
package struct TokenBucket: Sendable {
    /// Tokens a second.
    package let rate: Double
    /// Tokens at most.
    package let size: Double
    private var tokens: Double
    private var at: Double

    package init(rate: Double, size: Double, now: Double) {
        self.rate = rate
        self.size = size
        tokens = size
        at = now
    }

    /// Takes a token; false when there is none.
    package mutating func take(now: Double) -> Bool {
        refill(now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    package var remaining: Int { Int(tokens) }
    /// Seconds until there is a token.
    package var wait: Double { tokens >= 1 ? 0 : (1 - tokens) / rate }
    /// Seconds until it is full again.
    package var reset: Double { (size - tokens) / rate }

    private mutating func refill(_ now: Double) {
        tokens = min(size, tokens + max(0, now - at) * rate)
        at = max(at, now)
    }
}

/// How many requests each key and each address may make, by class of route.
package final class RateLimiter: Sendable {
    package struct Rate: Sendable, Equatable {
        /// Requests a second in the long run.
        package var rate: Double
        /// Requests at once.
        package var burst: Double

        package init(_ rate: Double, burst: Double) {
            self.rate = rate
            self.burst = burst
        }
    }

    /// The figures of service.md §11 for searches and sign-ins. A page of crops asks for a hundred pictures at once,
    /// hence the burst of reads; changes are made by hand.
    package static let usual: [Route.LimitClass: Rate] = [
        .read: Rate(400, burst: 1200), .write: Rate(30, burst: 120), .search: Rate(20, burst: 40),
        .login: Rate(10.0 / 60, burst: 10), .stream: Rate(5, burst: 20),
    ]

    /// What a request found.
    package struct Verdict: Sendable {
        package let isAllowed: Bool
        package let limit: Int
        package let remaining: Int
        package let reset: Double
        package let wait: Double

        /// The headers `RateLimit-*` (draft-ietf-httpapi-ratelimit-headers-07), and `Retry-After` on a refusal.
        package func add(to headers: inout HTTPFields) {
            headers[SecurityHeaders.field("RateLimit-Limit")] = "\(limit)"
            headers[SecurityHeaders.field("RateLimit-Remaining")] = "\(remaining)"
            headers[SecurityHeaders.field("RateLimit-Reset")] = "\(Int(reset.rounded(.up)))"
            if !isAllowed { headers[.retryAfter] = "\(max(1, Int(wait.rounded(.up))))" }
        }
    }

    private struct Key: Hashable {
        let who: String
        let limits: Route.LimitClass
    }

    private let rates: [Route.LimitClass: Rate]
    private let clock: @Sendable () -> Double
    private let buckets = Mutex<[Key: TokenBucket]>([:])
    /// Addresses are many; beyond this the full buckets, which remember nothing, are dropped.
    private static let most = 20_000

    /// `rates` empty: nothing is limited.
    package init(_ rates: [Route.LimitClass: Rate], clock: (@Sendable () -> Double)? = nil) {
        self.rates = rates
        let start = ContinuousClock.now
        self.clock = clock ?? { (ContinuousClock.now - start) / .seconds(1) }
    }

    /// Takes a token of `who` (a key, a person or an address); nil where the class has no limit.
    package func take(_ limits: Route.LimitClass, who: String) -> Verdict? {
        guard let rate = rates[limits] else { return nil }
        let now = clock()
        return buckets.withLock { buckets in
            if buckets.count > Self.most { buckets = buckets.filter { $0.value.reset > 0 } }
            let key = Key(who: who, limits: limits)
            var bucket = buckets[key] ?? TokenBucket(rate: rate.rate, size: rate.burst, now: now)
            let isAllowed = bucket.take(now: now)
            buckets[key] = bucket
            return Verdict(
                isAllowed: isAllowed, limit: Int(rate.burst), remaining: bucket.remaining, reset: bucket.reset,
                wait: bucket.wait)
        }
    }
}
