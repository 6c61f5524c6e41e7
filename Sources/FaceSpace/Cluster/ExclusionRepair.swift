internal import FaceCore

/// Makes groups keep to what a person said: pairs called the same in one group, faces that exclude each other in two.
///
/// Faces that were called the same stay together as a unit. A group in which two units exclude each other is built again:
/// those units first, the most similar to the group first, each into the most similar part that nothing excludes it from,
/// or else a part of its own; then the others into the part that they fit best.
struct ExclusionRepair {
    private let faces: ArrangedFaces

    init(_ faces: ArrangedFaces) { self.faces = faces }

    func apply(_ places: inout PlacedFaces) {
        joinSame(&places)
        var members: [Int: [Int]] = [:]
        for (place, label) in places.labels.enumerated() where label >= 0 { members[label, default: []].append(place) }
        var next = (places.labels.max() ?? -1) + 1
        for (label, group) in members.sorted(by: { $0.key < $1.key }) {
            let units = units(group)
            let disputed = disputed(units)
            guard !disputed.isEmpty else { continue }
            for (k, part) in parts(group, units, disputed).enumerated() where k > 0 {
                for place in part {
                    places.labels[place] = next
                    places.confidence[place] = min(places.confidence[place], 0.5)
                }
                next += 1
            }
            for place in group where places.labels[place] == label {
                places.confidence[place] = min(places.confidence[place], 0.5)
            }
        }
        for place in faces.isUnited.indices where faces.isUnited[place] { places.confidence[place] = 1 }
    }

    /// Pairs called the same bring their groups together; nobody's faces become a group.
    private func joinSame(_ places: inout PlacedFaces) {
        guard !faces.united.isEmpty else { return }
        let old = places.labels
        let count = (old.max() ?? -1) + 1
        // groups first, then faces of nobody
        var sets = DisjointSets(count: count + old.count)
        let name = { (place: Int) in old[place] >= 0 ? old[place] : count + place }
        for (a, b) in faces.united { sets.unite(name(a), name(b)) }
        let labels = old.indices.map { place in
            old[place] >= 0 || faces.isUnited[place] ? sets.find(name(place)) : -1
        }
        places.labels = Grouping.numbered(labels)
    }

    /// The members of a group by who was called the same.
    private func units(_ group: [Int]) -> [[Int]] {
        guard group.contains(where: { faces.isUnited[$0] }) else { return group.map { [$0] } }
        var index: [Int: Int] = [:]
        for (k, place) in group.enumerated() { index[place] = k }
        var sets = DisjointSets(count: group.count)
        for (a, b) in faces.united {
            if let a = index[a], let b = index[b] { sets.unite(a, b) }
        }
        var units: [Int: [Int]] = [:]
        for (k, place) in group.enumerated() { units[sets.find(k), default: []].append(place) }
        return units.sorted { $0.key < $1.key }.map(\.value)
    }

    private func tags(_ unit: [Int]) -> [Int32] {
        unit.reduce([]) { Exclusions.union($0, faces.tags[$1]) }
    }

    /// The units that share a tag with another one.
    private func disputed(_ units: [[Int]]) -> Set<Int> {
        var first: [Int32: Int] = [:]
        var found: Set<Int> = []
        for (k, unit) in units.enumerated() {
            for tag in tags(unit) {
                if let other = first[tag] { found.formUnion([other, k]) } else { first[tag] = k }
            }
        }
        return found
    }

    private func parts(_ group: [Int], _ units: [[Int]], _ disputed: Set<Int>) -> [[Int]] {
        var whole = GroupSums(count: 1, columns: faces.vectors.columns)
        for place in group { whole.add(row: place, of: faces.vectors, to: 0) }
        let fit = units.map { unit in
            unit.reduce(Float(0)) {
                $0 + (whole.similarity(row: $1, of: faces.vectors, to: 0, isMember: true) ?? 0) / Float(unit.count)
            }
        }
        let order = units.indices.sorted {
            let (a, b) = (disputed.contains($0), disputed.contains($1))
            return a != b ? a : (fit[$1], $0) < (fit[$0], $1)
        }
        var sums = GroupSums(count: units.count, columns: faces.vectors.columns)
        var parts: [[Int]] = []
        var taken: [[Int32]] = []
        for k in order {
            let tags = tags(units[k])
            let open = parts.indices.filter { !Exclusions.meet(taken[$0], tags) }
            let fits = open.map { part in
                units[k].reduce(Float(0)) {
                    $0 + (sums.similarity(row: $1, of: faces.vectors, to: part, isMember: false) ?? 0)
                }
            }
            let part = fits.indices.max { (fits[$0], -$0) < (fits[$1], -$1) }.map { open[$0] } ?? parts.count
            if part == parts.count {
                parts.append([])
                taken.append([])
            }
            for place in units[k] { sums.add(row: place, of: faces.vectors, to: part) }
            parts[part] += units[k]
            taken[part] = Exclusions.union(taken[part], tags)
        }
        return parts
    }
}
