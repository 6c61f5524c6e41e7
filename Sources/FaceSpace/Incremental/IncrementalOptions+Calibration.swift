public import FaceCore
import Glibc

extension IncrementalOptions {
    /// The standard options with thresholds of the same meaning in another space: similarities that strangers reach as
    /// seldom as 0.6, 0.5 and 0.4 of mobilefacenet-y1, on which those were chosen for some 20,000 faces.
    public init(calibration: Calibration) {
        self.init(calibration, nats: [16.0, 12.6, 9.2])
    }

    /// For a library of about so many faces: where fewer strangers meet, rarer ones need not be feared.
    ///
    /// Links ask for 4.2 + 1.2 · ln(faces) nats of evidence, at most 16; merges for 2 less, their confirmation for 3.8 less.
    /// Chosen on albums of 60 to 5,000 faces of two embedders (docs/incremental.md): with the thresholds of 20,000 faces a
    /// weak embedder (dlib's) leaves four of five pairs of an album of 300 apart.
    public init(calibration: Calibration, faces: Int) {
        let link = min(16, 4.2 + 1.2 * log(Float(max(faces, 2))))
        self.init(calibration, nats: [link, link - 2, link - 3.8])
    }

    /// Evidence of a link, of a merge and of its confirmation.
    private init(_ calibration: Calibration, nats: [Float]) {
        self.init()
        let scale = EvidenceScale(calibration)
        // far beyond the measured rates a straight tail may lead past 1
        let similarities = nats.map { min(0.995, scale.similarity(nats: $0)) }
        (similarity, merge, confirm) = (similarities[0], similarities[1], similarities[2])
    }
}
