/// Where the time of a run went: seconds of work summed over threads, by stage, and the wall clock.
public struct PipelineTimings: Sendable, Codable, Hashable {
    /// Reading, hashing and decoding.
    public var decode = 0.0
    public var detect = 0.0
    /// Alignment, quality and crops.
    public var align = 0.0
    public var embed = 0.0
    /// The part of all stages that was spent waiting for networks.
    public var networks = 0.0
    /// From start to end, by the clock on the wall.
    public var wall = 0.0
    public var photos = 0
    public var faces = 0

    public init() {}
}
