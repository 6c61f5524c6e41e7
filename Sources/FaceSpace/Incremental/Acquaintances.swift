/// Rows of different pieces that are alike: whose pieces may be one person.
///
/// An approximate search for the centres of groups would have to find a few among very many. Instead the search for rows
/// remembers what it met on its way: groups merge only when their central rows agree, so that one of them has met a row of
/// the other. Pairs of rows, not of pieces: pieces change, and their rows keep what they know.
struct Acquaintances: Sendable {
    /// Both ways, in the order in which they met.
    private var known: [Int32: [Int32]] = [:]

    /// Other pieces that a row may bring in at once.
    private static let most = 4

    func of(_ row: Int32) -> [Int32] { known[row] ?? [] }

    /// Introduces a row to the nearest of others that are in other pieces, one a piece. `pieceOf` names the piece of each
    /// row, −1 for none.
    mutating func introduce(_ row: Int32, _ others: [GrowingVectors.Neighbour], _ pieceOf: [Int32]) {
        let own = pieceOf[Int(row)]
        guard own >= 0 else { return }
        var strangers = others.filter { pieceOf[Int($0.row)] >= 0 && pieceOf[Int($0.row)] != own }
        guard !strangers.isEmpty else { return }
        strangers.sort { ($1.closeness, $0.row) < ($0.closeness, $1.row) }
        var met: Set<Int32> = []
        for other in strangers where met.insert(pieceOf[Int(other.row)]).inserted {
            introduce(row, other.row)
            if met.count == Self.most { return }
        }
    }

    mutating func introduce(_ a: Int32, _ b: Int32) {
        guard a != b, known[a]?.contains(b) != true else { return }
        known[a, default: []].append(b)
        known[b, default: []].append(a)
    }

    /// Takes a row out; `heir` knows then whom it knew.
    mutating func forget(_ row: Int32, heir: Int32?) {
        for other in known.removeValue(forKey: row) ?? [] {
            known[other]?.removeAll { $0 == row }
            if known[other]?.isEmpty == true { known[other] = nil }
            if let heir { introduce(heir, other) }
        }
    }

    /// Each pair once, the lower row first, by rising rows.
    var saved: [(Int32, Int32)] {
        known.keys.sorted().flatMap { a in (known[a] ?? []).filter { a < $0 }.sorted().map { (a, $0) } }
    }
}
