public import FaceCore

/// One vector an identity from all its rows: galleries of templates instead of several entries a person.
public struct TemplateSet: Sendable {
    /// Unit templates, by rising identity.
    public let vectors: Matrix
    public let identities: [Int]
    /// Identities whose vectors cancel out, or whose weights are all zero.
    public let leftOut: [Int]

    /// `quality` is needed by ``TemplatePooling/qualityWeighted``, `media` by ``TemplatePooling/mediaMean``: a value a row.
    /// Throws `length-mismatch`, `empty`, `non-finite`.
    public init(
        _ vectors: Matrix, identities: [Int], pooling: TemplatePooling, quality: [Double] = [], media: [Int] = []
    ) throws(LikenessError) {
        guard vectors.rows == identities.count else {
            throw LikenessError(.lengthMismatch, "\(vectors.rows) vectors come with \(identities.count) identities")
        }
        let needed = pooling == .qualityWeighted ? quality.count : pooling == .mediaMean ? media.count : vectors.rows
        guard needed == vectors.rows else {
            throw LikenessError(.lengthMismatch, "\(vectors.rows) vectors come with \(needed) qualities or media")
        }
        guard !identities.isEmpty else { throw LikenessError(.emptyInput, "there is no vector to pool") }
        let labels = Set(identities).sorted()
        var rows = [Int: [Int]](minimumCapacity: labels.count)
        for (row, label) in identities.enumerated() { rows[label, default: []].append(row) }
        var (pooled, kept, leftOut): ([[Float]], [Int], [Int]) = ([], [], [])
        for label in labels {
            let own = rows[label] ?? []
            do throws(LikenessError) {
                let template = try pooling.pool(
                    own.map { vectors.row($0).map(Double.init) },
                    quality: quality.isEmpty ? [] : own.map { quality[$0] },
                    media: media.isEmpty ? [] : own.map { media[$0] })
                pooled.append(template.map(Float.init))
                kept.append(label)
            } catch {
                guard error.code == .zeroTemplate || error.code == .zeroWeight else { throw error }
                leftOut.append(label)
            }
        }
        guard !pooled.isEmpty else { throw LikenessError(.zeroTemplate, "no identity has a template") }
        self.vectors = Matrix(pooled)
        (self.identities, self.leftOut) = (kept, leftOut)
    }
}
