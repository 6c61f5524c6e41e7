import FaceCore

extension GroupReport {
    /// People and loose faces from one label a face (−1 is nobody).
    ///
    /// People by number of faces, equal ones by their first face in `faces`; each person's faces from the most to the
    /// least typical: what a face is worth as a picture of its person is its likeness to the others times its quality.
    public static func arranged(
        _ faces: [ReportFace], labels: [Int]
    ) -> (people: [Person], unassigned: [ReportFace]) {
        precondition(faces.count == labels.count, "a face has one label")
        var members: [Int: [Int]] = [:]
        for (i, label) in labels.enumerated() where label >= 0 { members[label, default: []].append(i) }
        let groups = members.values.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
        let people = groups.enumerated().map { number, rows in
            let best = rows.sorted { (worth(faces[$1]), $0) < (worth(faces[$0]), $1) }
            return Person(id: "person-\(number + 1)", faces: best.map { faces[$0] })
        }
        return (people, faces.indices.filter { labels[$0] < 0 }.map { faces[$0] })
    }

    private static func worth(_ face: ReportFace) -> Float {
        (face.similarity.map { max(0, $0) } ?? 1) * (face.face.quality?.score ?? 0.5)
    }
}
