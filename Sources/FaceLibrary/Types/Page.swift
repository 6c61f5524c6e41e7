/// A part of a list; ``next`` leads to the part after it.
public struct Page<Item: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    public var items: [Item]
    @Nullable public var next: String?
    /// Only where it was asked for.
    public var total: Int?

    public init(items: [Item], next: String?, total: Int? = nil) {
        self.items = items
        self.next = next
        self.total = total
    }
}

/// Which part of a list is asked for.
public struct PageRequest: Sendable, Hashable {
    public var limit: Int
    public var cursor: String?
    public var includesTotal: Bool

    /// Limits are brought into 1…500.
    public init(limit: Int = 100, cursor: String? = nil, includesTotal: Bool = false) {
        self.limit = max(1, min(500, limit))
        self.cursor = cursor
        self.includesTotal = includesTotal
    }
}
