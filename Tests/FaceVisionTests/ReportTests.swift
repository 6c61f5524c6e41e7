import FaceCore
import FaceVision
import Foundation
import Testing

@Suite struct ReportTests {
    func page(_ report: GroupReport) -> String { String(decoding: report.html(), as: UTF8.self) }

    func between(_ start: String, _ end: String, _ text: String) throws -> String {
        let from = try #require(text.range(of: start)).upperBound
        let to = try #require(text.range(of: end, range: from..<text.endIndex)).lowerBound
        return String(text[from..<to])
    }

    func count(_ needle: String, _ text: String) -> Int { text.components(separatedBy: needle).count - 1 }

    /// The values of all attributes of this name.
    func values(_ attribute: String, _ text: String) -> [String] {
        text.components(separatedBy: " \(attribute)=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// Tags that are left open or closed without being open.
    func unbalanced(_ html: String) -> [String] {
        let void: Set = ["meta", "img", "rect", "circle", "path", "br", "!doctype"]
        var open: [String] = []
        var wrong: [String] = []
        for part in html.components(separatedBy: "<").dropFirst() {
            let closes = part.hasPrefix("/")
            let name = String(part.dropFirst(closes ? 1 : 0).prefix { $0.isLetter || $0.isNumber || $0 == "!" })
            if void.contains(name) { continue }
            if !closes { open.append(name) } else if open.popLast() != name { wrong.append(name) }
        }
        return wrong + open
    }

    /// The page without its style and script.
    func content(_ html: String) throws -> String {
        html.replacingOccurrences(of: try between("<style>", "</style>", html), with: "")
            .replacingOccurrences(of: try between("<script>", "</script>", html), with: "")
    }

    @Test func namesItsOwnStyleAndScriptAndNothingElse() throws {
        let html = page(ReportSamples.report())
        func digest(_ text: String) throws -> String {
            let digits = Array(SHA256.hex(of: Array(text.utf8)))
            return Data(
                try stride(from: 0, to: 64, by: 2).map { try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16)) }
            ).base64EncodedString()
        }
        let policy = try between("http-equiv=\"Content-Security-Policy\" content=\"", "\"", html)
            .replacingOccurrences(of: "&#39;", with: "'")
        let style = try digest(between("<style>", "</style>", html))
        let script = try digest(between("<script>", "</script>", html))
        #expect(
            policy == "default-src 'none'; img-src data:; style-src 'sha256-\(style)'; script-src 'sha256-\(script)'; "
                + "base-uri 'none'; form-action 'none'")
        #expect(count("<script", html) == 1 && count("<style", html) == 1)
        #expect(!html.contains(" style=\"") && !html.contains(" onclick="))
    }

    @Test func needsNoNetwork() throws {
        let html = page(ReportSamples.report())
        #expect(values("src", html).allSatisfy { $0.hasPrefix("data:image/jpeg;base64,") })
        #expect(values("href", html).allSatisfy { $0.hasPrefix("#") })
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("))
    }

    @Test func isWellFormedAndItsLinksLeadSomewhere() throws {
        for report in [ReportSamples.report(), GroupReport(subject: "", made: "", program: "")] {
            let html = try content(page(report))
            #expect(unbalanced(html).isEmpty)
            let ids = values("id", html)
            #expect(Set(ids).count == ids.count)
            for link in values("href", html) where link != "#" { #expect(ids.contains(String(link.dropFirst()))) }
        }
    }

    @Test func hostileNamesStayText() throws {
        let names = [
            "<script>alert(1)</script>.jpg", "\"><img src=x onerror=alert(1)>", "' autofocus onfocus='alert(1)",
            "</bdi></b><svg onload=alert(1)>", "]]>--><!--", "&lt;script&gt;", "photo\u{202E}gpj.exe",
            "\u{0}\u{1B}[31m",
            String(repeating: "long", count: 75) + ".jpg", "עברית.jpg", "",
        ]
        for name in names {
            var report = ReportSamples.report()
            report.subject = name
            report.people[0].name = name
            report.people[0].faces[0].face.source = name
            report.unassigned[0].face.source = name
            report.failures = [.init(source: name, code: name, message: name, remedy: name)]
            report.method = name
            report.settings = [.init(name, name)]
            report.models = [.init(task: name, id: name, version: name, licence: name, source: name)]
            report.stages = [.init(name: name, seconds: 1)]
            let html = page(report)
            let plain = try content(html)
            #expect(count("<script", html) == 1, "\(name)")
            #expect(!plain.contains("<svg onload") && !plain.contains("<img src=x"), "\(name)")
            #expect(!plain.contains("\u{202E}") && !plain.contains("\u{0}") && !plain.contains("\u{1B}"), "\(name)")
            #expect(unbalanced(plain).isEmpty, "\(name)")
            // An attribute that a name opened would make one more of them.
            #expect(values("onfocus", plain).isEmpty && !plain.contains("' autofocus"), "\(name)")
        }
    }

    @Test func countsAddUp() throws {
        let report = ReportSamples.report()
        #expect(report.photoCount == 6 + 2 + 1 + 1)
        #expect(report.faceCount == 3 + 2 + 1 + 1 + 1)
        let html = page(report)
        #expect(html.contains("<h1>3 people in 10 photos</h1>"))
        for part in ["6</b> with faces", "2</b> without faces", "1</b> copy", "1</b> not readable"] {
            #expect(html.contains(part), "\(part)")
        }
        for part in ["5</b> in people", "1</b> seen once", "1</b> loose", "1</b> not used"] {
            #expect(html.contains(part), "\(part)")
        }
    }

    @Test func saysEverythingThatIsKnown() throws {
        let html = page(ReportSamples.report())
        for text in [
            "Anna", "Person 2", "3 faces in 3 photos", "99\u{202F}%", "0.60", "out of focus", "not a face",
            "too small to recognise", "it ends early", "copy it again", "image-truncated", "decode", "500 ms", "2.0 s",
            "evidence", "Quality to found a person", "mtcnn", "MIT",
        ] {
            #expect(html.contains(text.replacingOccurrences(of: ">", with: "&gt;")), "\(text)")
        }
    }

    @Test func everyReasonHasWords() {
        for reason in Quality.Reason.allCases {
            var report = ReportSamples.report()
            report.rejected = [ReportSamples.face(reasons: [reason])]
            let words = page(report).components(separatedBy: "<dt>Lowered by</dt><dd><bdi>").last?.prefix { $0 != "<" }
            #expect((words?.count ?? 0) > 5, "\(reason)")
            #expect(words.map(String.init) != reason.rawValue || reason == .notAFace, "\(reason)")
        }
    }

    @Test func carriesThePicturesUnchanged() throws {
        var report = ReportSamples.report()
        let crop = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        report.unassigned = [ReportSamples.face(crop: crop)]
        #expect(page(report).contains("base64,\(Data(crop).base64EncodedString())\""))
        report.people[0].portrait = [9, 9, 9]
        #expect(count("base64,\(Data([9, 9, 9] as [UInt8]).base64EncodedString())\"", page(report)) == 1)
    }

    @Test func emptyReportsSayWhy() {
        let nothing = GroupReport(subject: "x", made: "", program: "likeness")
        #expect(page(nothing).contains("No photos found"))
        var faceless = nothing
        faceless.withoutFaces = ["a.jpg", "b.jpg"]
        #expect(page(faceless).contains("Nobody found in 2 photos"))
        #expect(page(faceless).contains("No faces here"))
        var poor = faceless
        poor.rejected = [ReportSamples.face(reasons: [.blurry])]
        poor.photosWithFaces = 1
        #expect(page(poor).contains("Faces, but nobody to recognise"))
        var alone = nothing
        alone.people = [.init(id: "person-1", faces: [ReportSamples.face()])]
        alone.photosWithFaces = 1
        #expect(page(alone).contains("<h1>1 person in 1 photo</h1>"))
    }

    @Test func staysLightAndSaysWhatIsLeftOut() {
        let crop = [UInt8](repeating: 7, count: 4_000)
        let faces = (0..<1_000).map { ReportSamples.face("\($0).jpg", crop: crop) }
        var report = GroupReport(subject: "x", made: "", program: "likeness")
        report.people = (1...40).map { .init(id: "person-\($0)", faces: faces) }
        let html = report.html()
        #expect(html.count < 32_000_000)
        let text = String(decoding: html, as: UTF8.self)
        let pictures = count("<img ", text)
        // 40 cards, and the same number of faces for everybody.
        #expect((pictures - 40) % 40 == 0 && pictures > 2_000)
        #expect(text.contains("And \(1_000 - (pictures - 40) / 40) more faces"))
    }

    @Test func oddNumbersDoNotBreakIt() {
        var report = ReportSamples.report()
        report.people[0].faces[0] = ReportSamples.face(similarity: .nan, confidence: .nan, quality: .infinity)
        report.people[0].faces[1].face.box = Box(x: 0, y: 0, width: .infinity, height: .nan)
        report.stages = [.init(name: "a", seconds: .nan), .init(name: "b", seconds: .infinity)]
        report.seconds = .infinity
        #expect(report.html().count > 1000)
        report.seconds = 1e300
        report.stages = [.init(name: "b", seconds: 1e300)]
        #expect(report.html().count > 1000)
    }
}
