import FaceCore
import FaceLibrary
import Foundation
import Hummingbird

/// The first view of a page as the server draws it: who is in the library stands there before a script has run, and where
/// none runs. The scripts put their own, the same to look at, in its place.
enum FirstView {
    /// How many people are drawn at first; the rest comes with the list's next page.
    private static let people = 60

    /// `path` and `query` of the page; nil for pages that are empty without a script.
    static func html(_ path: String, _ query: [String: String], _ library: PhotoLibrary) throws -> String? {
        switch path {
        case "/": try overview(library)
        case "/people": try peoplePage(query, library)
        default: nil
        }
    }

    private static func page(_ name: String, _ content: String) -> String {
        "<div class=\"page\" data-first=\"\(name)\">\(content)</div>"
    }

    // MARK: People

    private static func peoplePage(_ query: [String: String], _ library: PhotoLibrary) throws -> String {
        let filter = query["show"].flatMap(PeopleFilter.init(rawValue:)) ?? .named
        let sort = query["sort"].flatMap(PeopleSort.init(rawValue:)) ?? .faces
        let text = query["q"].flatMap { $0.isEmpty || $0.utf8.count > 200 ? nil : $0 }
        let list = try library.people(filter, sort: sort, named: text, page: PageRequest(limit: people)).items
        let counts = try library.overview().people
        let tabs = [
            ("named", "Named", counts.named), ("unnamed", "Unnamed", counts.unnamed),
            ("hidden", "Hidden", counts.hidden),
        ].map { key, label, count in
            let href = key == "named" ? "/people" : "/people?show=\(key)"
            let here = filter.rawValue == key ? " aria-current=\"true\"" : ""
            return "<a href=\"\(href)\"\(here)>\(label)<span class=\"n\">\(number(count))</span></a>"
        }.joined()
        let grid =
            list.isEmpty
            ? "<div class=\"empty\"><h2>Nobody here</h2><p>See the other lists above.</p></div>"
            : "<ul class=\"grid people\" role=\"list\" aria-label=\"People\">\(list.map(tile).joined())</ul>"
        return page(
            "people",
            """
            <header class="head"><div><h1>People</h1></div></header><div class="tools"><nav class="tabs" \
            aria-label="Which people">\(tabs)</nav></div><div class="place">\(grid)</div>
            """)
    }

    private static func tile(_ person: Person) -> String {
        let name = person.name.map(escaped)
        let facts = [plural(person.faces, "face"), years(person)].filter { !$0.isEmpty }
        let label = ([name ?? "Unnamed"] + facts).joined(separator: ", ")
        let meta = "<b>\(facts[0])</b>" + (facts.count > 1 ? "<span>\(facts[1])</span>" : "")
        return """
            <li><a class="tile" href="/people/\(person.id)" aria-label="\(label)"><span class="pic">\(crop(person))</span>\
            <span class="caption"><span class="name\(name == nil ? " unnamed" : "")">\(name ?? "Unnamed")</span>\
            <span class="meta">\(meta)</span></span></a></li>
            """
    }

    private static func crop(_ person: Person) -> String {
        guard let face = person.avatar else { return "" }
        return "<img src=\"/v1/faces/\(face)/crop\" alt=\"\" width=\"224\" height=\"224\" decoding=\"async\">"
    }

    // MARK: Overview

    private static func overview(_ library: PhotoLibrary) throws -> String? {
        let overview = try library.overview()
        guard overview.photos.total > 0 else { return nil }
        let lately = try library.people(.named, sort: .lastSeen, page: PageRequest(limit: 10)).items
        let row = lately.isEmpty ? try library.people(.all, page: PageRequest(limit: 10)).items : lately
        let sums = [
            sum("Photos", overview.photos.total, [("with faces", overview.photos.withFaces)]),
            sum(
                "Faces", overview.faces.total,
                [("in people", overview.faces.inPeople), ("loose", overview.faces.loose)]),
            sum(
                "People", overview.people.total,
                [("named", overview.people.named), ("unnamed", overview.people.unnamed)]),
        ].joined()
        let faces = row.map { person in
            """
            <li><a href="/people/\(person.id)"><span class="avatar large">\(crop(person))</span>\
            <span>\(person.name.map(escaped) ?? "Unnamed")</span></a></li>
            """
        }.joined()
        let people =
            row.isEmpty
            ? ""
            : """
            <section><div class="line"><h2>\(lately.isEmpty ? "Who are they?" : "Seen lately")</h2>\
            <a href="/people">All people</a></div><ul class="faces-row">\(faces)</ul></section>
            """
        return page(
            "overview",
            """
            <header class="head"><div><h1>\(escaped(overview.library.name))</h1><p class="sub"><bdi>\
            \(escaped(overview.library.root))</bdi></p></div></header>\(next(overview.next))\
            <div class="sums">\(sums)</div>\(people)
            """)
    }

    private static func next(_ next: Overview.NextStep) -> String {
        let (href, text) =
            switch next.kind {
            case .review: ("/review", "Answer")
            case .name: ("/people?show=unnamed", "Give names")
            case .import: ("/imports", "Add a folder")
            case .none: ("/people", "See the people")
            }
        return """
            <section class="next"><div><p class="eyebrow">Next</p><h2>\(escaped(next.text))</h2>\
            <p><a class="button primary" href="\(href)">\(text)</a></p></div></section>
            """
    }

    private static func sum(_ title: String, _ total: Int, _ parts: [(String, Int)]) -> String {
        let legend = parts.map { "<li><span><b>\(number($0.1))</b> \($0.0)</span></li>" }.joined()
        return """
            <section class="card sum"><h2>\(title)<b>\(number(total))</b></h2><ul class="legend">\(legend)</ul></section>
            """
    }

    // MARK: Words

    private static func years(_ person: Person) -> String {
        guard let from = person.firstSeen?.prefix(4) else { return "" }
        let to = person.lastSeen?.prefix(4) ?? from
        return from == to ? String(from) : "\(from)–\(to)"
    }

    private static func plural(_ count: Int, _ word: String) -> String {
        "\(number(count)) \(word)\(count == 1 ? "" : "s")"
    }

    /// With commas between thousands, as the scripts write it.
    private static func number(_ value: Int) -> String {
        var text = ""
        for (k, digit) in "\(value)".reversed().enumerated() {
            if k > 0, k % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// Names are text, never HTML.
    static func escaped(_ text: String) -> String { HTMLWriter.escaped(text, showsMarks: false) }
}

extension Services {
    /// What the page shows at first to who is signed in; nil where there is nothing, or not now: then the scripts draw all.
    func firstView(_ call: Call) async -> String? {
        guard let cookie = call.request.cookies[cookieName]?.value, let principal = accounts.principal(cookie: cookie),
            principal.may(.personRead), principal.may(.faceRead)
        else { return nil }
        let path = call.request.uri.path
        var query: [String: String] = [:]
        for (name, value) in call.request.uri.queryParameters { query[String(name)] = String(value) }
        let wanted = query
        return try? await ask { try FirstView.html(path, wanted, $0) } ?? nil
    }
}
