package import FaceCore

extension Box {
    /// Where eyes, nose and mouth lie in a frontal face that fills the box, for detectors that give no landmarks.
    ///
    /// The means of MTCNN's points in its own boxes over the faces of LFW's View 1 training pairs. Chips cut by them are
    /// worse than by real landmarks: turned faces stay turned.
    package var typicalLandmarks: Landmarks {
        let at = { (u: Float, v: Float) in Point(x + u * width, y + v * height) }
        return Landmarks(
            leftEye: at(0.31, 0.40), rightEye: at(0.69, 0.40), nose: at(0.5, 0.58), leftMouth: at(0.35, 0.77),
            rightMouth: at(0.65, 0.77))
    }
}
