package import FaceCore

extension Box {
    /// Where eyes, nose and mouth lie in a frontal face that fills the box, for detectors that give no landmarks.
    ///
    /// Medians of MTCNN's points in its own boxes, made symmetric, over the 91 faces of at least 50 pixels that it finds on
    /// wider-mini. Chips cut by them are worse than by real landmarks: turned faces stay turned.
    package var typicalLandmarks: Landmarks {
        let at = { (u: Float, v: Float) in Point(x + u * width, y + v * height) }
        return Landmarks(
            leftEye: at(0.28, 0.373), rightEye: at(0.72, 0.373), nose: at(0.5, 0.58), leftMouth: at(0.31, 0.757),
            rightMouth: at(0.69, 0.757))
    }
}
