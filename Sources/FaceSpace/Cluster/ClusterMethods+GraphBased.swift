extension ClusterMethod {
    /// Communities, aggregation and graph networks on the neighbour graph.
    static let graphBased: [ClusterMethod] = []
}
