extension ClusterMethod {
    /// The methods of the textbooks.
    static let classic: [ClusterMethod] = []
}
