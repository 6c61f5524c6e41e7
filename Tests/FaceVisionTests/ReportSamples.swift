import FaceCore
import FaceVision

/// Faces and reports for the tests of the report; the pictures are bytes that say who they are.
enum ReportSamples {
    static func face(
        _ source: String = "a.jpg", crop: [UInt8] = [0xFF, 0xD8, 1, 2, 3], similarity: Float? = 0.6,
        confidence: Float? = 0.99, quality: Float = 0.8, reasons: [Quality.Reason] = []
    ) -> ReportFace {
        ReportFace(
            Face(
                source: source, box: Box(x: 10, y: 20, width: 64, height: 80),
                landmarks: Landmarks([Point(1, 2), Point(3, 4), Point(5, 6), Point(7, 8), Point(9, 10)]), score: 0.97,
                quality: Quality(score: quality, reasons: reasons, measures: ["sharpness": 12.5])),
            crop: crop, similarity: similarity, probability: similarity.map { Double($0) }, confidence: confidence)
    }

    /// Two people, one seen once, one loose face, one poor face, one photo that failed.
    static func report() -> GroupReport {
        GroupReport(
            subject: "/home/anna/Pictures", made: "21 November 2026", program: "likeness 0.1.0",
            people: [
                .init(id: "person-1", name: "Anna", faces: [face("a.jpg"), face("b.jpg"), face("c.jpg")]),
                .init(id: "person-2", faces: [face("a.jpg"), face("d.jpg")]),
                .init(id: "person-3", faces: [face("e.jpg", similarity: nil)]),
            ],
            unassigned: [face("f.jpg", quality: 0.2, reasons: [.blurry])],
            rejected: [face("f.jpg", quality: 0, reasons: [.notAFace, .tooSmall])],
            failures: [
                .init(source: "g.jpg", code: "image-truncated", message: "it ends early", remedy: "copy it again")
            ],
            withoutFaces: ["h.jpg", "i.jpg"], duplicates: ["j.jpg"], photosWithFaces: 6, seconds: 1.5,
            stages: [.init(name: "decode", seconds: 0.5), .init(name: "detect", seconds: 2)], method: "evidence",
            settings: [.init("Quality to found a person", "0.25")],
            models: [.init(task: "face detection", id: "mtcnn", version: "1", licence: "MIT", source: "a wheel")])
    }
}
