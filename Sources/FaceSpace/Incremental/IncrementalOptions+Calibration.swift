public import FaceCore

extension IncrementalOptions {
    /// The standard options with thresholds of the same meaning in another space: similarities that strangers reach as
    /// seldom as 0.6, 0.5 and 0.4 of mobilefacenet-y1, on which those were chosen.
    public init(calibration: Calibration) {
        self.init()
        let scale = EvidenceScale(calibration)
        // far beyond the measured rates a straight tail may lead past 1
        func similarity(nats: Float) -> Float { min(0.995, scale.similarity(nats: nats)) }
        self.similarity = similarity(nats: 16.0)
        merge = similarity(nats: 12.6)
        confirm = similarity(nats: 9.2)
    }
}
