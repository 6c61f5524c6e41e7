/// Which person each face of the changed groups belongs to: a pure function of groups, claims and the people before.
///
/// A group with no claims is nobody's yet: it takes the unnamed person of which it holds the most faces. With one claimant
/// it is that person's; with several it is divided, so that no name is ever swallowed by another. Claims that somebody
/// made face by face always hold; faces that were only part of a named group count together, when a substantial part of
/// that person's is here.
package struct PersonAssignment {
    /// What is known of one face of a changed group.
    package struct Member {
        package var face: Int
        /// The root person that is claimed for it, and how strongly (2: this face, 1: its group).
        package var claim: (person: Int, strength: Int)?
        /// The root person before.
        package var before: Int?
        /// People who it is not.
        package var refused: Set<Int> = []

        package init(face: Int, claim: (person: Int, strength: Int)? = nil, before: Int? = nil, refused: Set<Int> = [])
        {
            (self.face, self.claim, self.before, self.refused) = (face, claim, before, refused)
        }
    }

    /// A group of the density state; of one face alone nobody is made a person.
    package struct Group {
        package var key: Int
        package var members: [Member]

        package init(key: Int, members: [Member]) { (self.key, self.members) = (key, members) }
    }

    /// How many faces are claimed for each person, in the whole library.
    private let claims: [Int: Int]
    /// Whether somebody said that two people are different.
    private let apart: (Int, Int) -> Bool
    /// The claimant that a face resembles most, by the group's key and the places of the face and of claimed faces in it.
    private let nearest: Nearest
    /// A share of a person's claims from which a group counts as hers.
    private static let substantial = 0.25

    package typealias Nearest = (_ group: Int, _ face: Int, _ claimants: [(person: Int, faces: [Int])]) -> Int

    package init(
        claims: [Int: Int], apart: @escaping (Int, Int) -> Bool = { _, _ in false }, nearest: @escaping Nearest
    ) {
        self.claims = claims
        self.apart = apart
        self.nearest = nearest
    }

    /// The outcome: a person a face, nil for nobody; `newPerson` makes one for a group by its first face.
    package func assign(
        _ groups: [Group], isTaken: (Int) -> Bool, newPerson: (_ firstFace: Int) throws -> Int
    ) rethrows -> [Int: Int?] {
        var out: [Int: Int?] = [:]
        var open: [(group: Group, members: [Member])] = []
        for group in groups {
            let claimants = claimants(group)
            if claimants.isEmpty {
                let free = group.members
                if free.count > 1 { open.append((group, free)) } else { for m in free { out[m.face] = .some(nil) } }
            } else {
                divide(group, claimants, &out)
            }
        }
        let people = Self.matched(open.map(\.members), isTaken: isTaken)
        for (k, entry) in open.enumerated() {
            let person = try people[k] ?? newPerson(entry.members[0].face)
            for member in entry.members { out[member.face] = member.refused.contains(person) ? .some(nil) : person }
        }
        return out
    }

    /// People for whom something in the group counts, by rising number.
    private func claimants(_ group: Group) -> [Int] {
        var counts: [Int: Int] = [:]
        var spoken: Set<Int> = []
        for case let (person, strength)? in group.members.map(\.claim) {
            counts[person, default: 0] += 1
            if strength == 2 { spoken.insert(person) }
        }
        return counts.filter {
            spoken.contains($0.key)
                || Double($0.value) >= Self.substantial * Double(max(1, claims[$0.key] ?? 1))
        }.keys.sorted()
    }

    private func divide(_ group: Group, _ claimants: [Int], _ out: inout [Int: Int?]) {
        let members = group.members
        let known = claimants.map { person in
            (person: person, faces: members.indices.filter { members[$0].claim?.person == person })
        }
        for (k, member) in members.enumerated() {
            // nobody else gets a face only because it is not the one whom its group is: it is loose until somebody says
            let isRefused = claimants.contains { member.refused.contains($0) }
            if let claim = member.claim, claim.strength == 2 || (claimants.contains(claim.person) && !isRefused) {
                out[member.face] = claim.person
            } else if isRefused {
                out[member.face] = .some(nil)
            } else {
                let person = known.count == 1 ? known[0].person : nearest(group.key, k, known)
                // a face of somebody else's group stays there when the two were said to be different
                if let claim = member.claim, claim.person != person, apart(claim.person, person) {
                    out[member.face] = claim.person
                } else {
                    out[member.face] = person
                }
            }
        }
    }

    /// The person before that each group goes on with: by the largest overlap first, each person once.
    ///
    /// Greedy on counts, not the assignment of the largest sum (Kuhn 1955): a group that holds the most faces of a person is
    /// what people know as that person, and must keep the id even where giving it away would let others overlap more.
    static func matched(_ groups: [[Member]], isTaken: (Int) -> Bool) -> [Int?] {
        var overlaps: [(count: Int, person: Int, group: Int)] = []
        for (k, members) in groups.enumerated() {
            var counts: [Int: Int] = [:]
            for member in members {
                if let person = member.before, !isTaken(person) { counts[person, default: 0] += 1 }
            }
            overlaps += counts.map { ($0.value, $0.key, k) }
        }
        overlaps.sort { ($1.count, $0.person, $0.group) < ($0.count, $1.person, $1.group) }
        var out = [Int?](repeating: nil, count: groups.count)
        var used: Set<Int> = []
        for o in overlaps where out[o.group] == nil && used.insert(o.person).inserted { out[o.group] = o.person }
        return out
    }
}
