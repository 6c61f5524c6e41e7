import ArgumentParser
import FaceCore
import FaceLibrary
import Foundation

extension CommonOptions {
    /// A change, as JSON or for people.
    func print(_ change: PersonChange) throws {
        if json { try console.json(change) } else { LibraryPrinter(console).change(change) }
    }
}

struct LibraryName: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "name", abstract: "Names a person, or takes the name away.",
        discussion: "likeness library name people/ per_3k… Anna --birth-date 2001-05-04")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The person's id.") var person: String
    @Argument(help: "The name; none takes it away, unless a birth date is given.") var name: String?
    @Option(help: ArgumentHelp("Day of birth, 2001-05-04.", valueName: "day")) var birthDate: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        // a birth date alone leaves the name as it is
        let update = PersonUpdate(
            name: name == nil && birthDate != nil ? nil : .some(name), birthDate: birthDate.map { .some($0) })
        try common.print(try options.open(.write).update(person, update, by: options.author))
    }
}

struct LibraryMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Puts people into one; their ids lead to it from then on.",
        discussion: "likeness library merge people/ per_3k… per_9x… --name Anna")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The person that stays.") var person: String
    @Argument(help: "The people that are merged into it.") var others: [String]
    @Option(help: "The name that stays, where they differ.") var name: String?
    @Flag(help: "Only show what it would lead to.") var dryRun = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        if dryRun {
            let preview = try options.open(.read).preview(.merge(into: person, from: others))
            return try common.console.json(preview)
        }
        try common.print(try options.open(.write).merge(into: person, from: others, name: name, by: options.author))
    }
}

struct LibrarySplit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Takes faces out of a person; without faces it proposes how.",
        discussion: """
            likeness library split people/ per_3k…
            likeness library split people/ per_3k… fac_1… fac_2… --name Bea
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The person.") var person: String
    @Argument(help: "Faces that are somebody else.") var faces: [String] = []
    @Option(help: "Who they are.") var name: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        if !faces.isEmpty {
            return try common.print(
                try options.open(.write).split(person, faces: faces, name: name, by: options.author))
        }
        let proposal = try options.open(.read).splitProposal(person)
        if common.json { return try common.console.json(proposal) }
        common.console.table(
            ["part", "faces", "from", "to", "first faces"],
            proposal.parts.enumerated().map { k, part in
                [
                    "\(k + 1)", "\(part.count)", part.from.map { String($0.prefix(10)) } ?? "–",
                    part.to.map { String($0.prefix(10)) } ?? "–", part.faceIds.prefix(2).joined(separator: " "),
                ]
            })
    }
}

struct LibraryMove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Says whose faces these are.",
        discussion: """
            likeness library move people/ fac_1… fac_2… --to per_3k…
            likeness library move people/ fac_1… --new Carla
            likeness library move people/ fac_1… --ignore
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The faces.") var faces: [String]
    @Option(help: ArgumentHelp("To this person.", valueName: "person")) var to: String?
    @Option(help: ArgumentHelp("To a new person of this name.", valueName: "name")) var new: String?
    @Option(help: ArgumentHelp("They are not this person.", valueName: "person")) var notPerson: String?
    @Flag(help: "Leave them out.") var ignore = false
    @Flag(help: "They are no faces.") var notAFace = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        let ways = [to != nil, new != nil, notPerson != nil, ignore, notAFace].count { $0 }
        if ways != 1 { throw ValidationError("say one of --to, --new, --not-person, --ignore, --not-a-face") }
    }

    func run() throws {
        let library = try options.open(.write)
        let author = options.author
        if let to { return try common.print(try library.assign(faces, to: .person(to), by: author)) }
        if let new { return try common.print(try library.assign(faces, to: .named(new), by: author)) }
        if let notPerson { return try common.print(try library.reject(faces, from: notPerson, by: author)) }
        try common.print(try library.ignore(faces, notAFace: notAFace, by: author))
    }
}

struct LibraryUndo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Takes a decision back; without one it lists the last ones.",
        discussion: "likeness library undo people/ dec_0…")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The decision.") var decision: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        if let decision { return try common.print(try options.open(.write).undo(decision, by: options.author)) }
        let page = try options.open(.read).decisions(page: PageRequest(limit: 20))
        if common.json { return try common.console.json(page) }
        common.console.table(
            ["decision", "at", "by", "what", "taken back"],
            page.items.map { [$0.id, $0.at, $0.actor, $0.summary, $0.undoneBy == nil ? "" : "yes"] })
    }
}

struct LibraryQuestions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "questions", abstract: "Lists open questions, the one that saves most first.",
        discussion: "likeness library questions people/ --limit 5")

    @OptionGroup var options: LibraryOptions
    @Option(help: "How many.") var limit = 10
    @OptionGroup var common: CommonOptions

    func run() throws {
        let page = try options.open(.read).questions(page: PageRequest(limit: limit, includesTotal: true))
        if common.json { return try common.console.json(page) }
        common.console.table(
            ["question", "one", "other", "similarity", "gain", "reason"],
            page.items.map {
                [
                    $0.id, side($0.left), side($0.right), String(format: "%.3f", $0.similarity), "\($0.gain)",
                    $0.reason.rawValue,
                ]
            })
        common.console.note(
            "\(page.total ?? 0) open questions; `likeness library answer \(options.library) QUESTION same|different|unsure`"
        )
    }

    private func side(_ side: Question.Side) -> String {
        side.person.map { $0.name ?? "\($0.id) (\($0.faces))" } ?? side.faces.first?.id ?? "–"
    }
}

struct LibraryAnswer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Answers a question: same, different or unsure.",
        discussion: "likeness library answer people/ que_4… same")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The question.") var question: String
    @Argument(help: "same, different or unsure.") var answer: String
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if Question.Answer(rawValue: answer) == nil {
            throw ValidationError("the answer is same, different or unsure, not \(answer)")
        }
    }

    func run() throws {
        let given = Question.Answer(rawValue: answer) ?? .unsure
        let library = try options.open(.write)
        let answered = try library.answer(question, given, by: options.author)
        try library.refreshQuestions()
        if common.json { return try common.console.json(answered) }
        common.console.result("\(answered.decision.summary)  (\(answered.decision.id))")
        if let next = answered.next { common.console.note("next: \(next.id)") }
    }
}
