/// The named schemas of the document: every object that the server sends, and the parts they are made of.
package enum Components {
    package static let all: [String: Schema] = [
        "Person": person, "Face": face, "Photo": photo, "Question": question, "Decision": decision, "Job": job,
        "Overview": overview, "Settings": settings, "Key": key, "User": user, "AuditEntry": auditEntry,
        "ImportFolder": importFolder, "Model": model, "Session": session, "Problem": problem, "Quality": quality,
        "PhotoCounts": photoCounts, "FoundFace": foundFace, "SearchHit": searchHit, "SimilarPerson": similarPerson,
        "PersonChange": personChange, "JobStarted": jobStarted,
    ]

    /// x, y, width, height as fractions of the upright picture. A detector's box may reach a little beyond it.
    package static let box = Schema.array(.number(-1...2), 4...4)
    /// A box that somebody draws.
    package static let drawnBox = Schema.array(.number(0...1), 4...4)
    package static let landmarks = Schema.array(.array(.number(-2...3), 2...2), 0...5)
    package static let name = Schema.text(1...200)
    package static let faceIDs = Schema.array(.id("fac"), 1...1000)

    static let person = Schema.object(
        .required("id", .id("per")), .required("name", .text.nullable), .required("birthDate", .date.nullable),
        .required("hidden", .boolean), .required("favourite", .boolean), .required("faces", .count),
        .required("photos", .count), .required("firstSeen", .time.nullable), .required("lastSeen", .time.nullable),
        .required("avatar", .id("fac").nullable), .required("avatarChosen", .boolean), .required("confirmed", .count),
        .required("version", .count), .required("aliases", .array(.id("per"))), .optional("movedTo", .id("per")),
        .optional("years", .array(.object(.required("year", .integer(0...9999)), .required("faces", .count)))))

    static let quality = Schema.object(
        .required("overall", .number), .required("sharpness", .number), .required("reasons", .array(.text)))

    static let face = Schema.object(
        .required("id", .id("fac")), .required("photo", .id("pho")), .required("box", box),
        .required("landmarks", landmarks), .required("score", .number), .required("quality", .reference("Quality")),
        .required("source", .oneOf("detector", "manual", "imported")), .required("person", .id("per").nullable),
        .required("role", .oneOf("core", "border", "loose", "ignored", "rejected")),
        .required("similarity", .similarity.nullable), .required("confidence", .share.nullable),
        .required("decided", .boolean), .required("capturedAt", .time.nullable), .required("crop", .text))

    static let photo = Schema.object(
        .required("id", .id("pho")), .required("path", .text), .required("width", .count), .required("height", .count),
        .required("capturedAt", .time.nullable),
        .required(
            "place",
            Schema.object(
                .required("latitude", .number(-90...90)), .required("longitude", .number(-180...180))
            ).nullable),
        .required("state", .oneOf("waiting", "decoded", "faces", "no-faces", "failed", "missing")),
        .required("error", Schema.object(.required("code", .text), .required("message", .text)).nullable),
        .required("image", .text), .required("duplicates", .count), .optional("faces", .array(.reference("Face"))))

    private static let side = Schema.object(
        .required("person", .reference("Person").nullable), .required("faces", .array(.reference("Face"))))

    static let question = Schema.object(
        .required("id", .id("que")), .required("left", side), .required("right", side),
        .required("similarity", .similarity), .required("probability", .share), .required("gain", .count),
        .required("reason", .oneOf("same-person", "sibling", "split", "loose")))

    static let decision = Schema.object(
        .required("id", .id("dec")), .required("seq", .count), .required("kind", .text), .required("summary", .text),
        .required("actor", .text), .required("at", .time), .required("undoable", .boolean),
        .required("undoneBy", .id("dec").nullable), .required("undoes", .id("dec").nullable),
        .required("subjects", .array(.text)))

    static let job = Schema.object(
        .required("id", .id("job")),
        .required("kind", .oneOf("import", "detect", "embed", "group", "forget", "backup", "re-embed", "export")),
        .required("state", .oneOf("queued", "running", "paused", "done", "failed", "dead", "cancelled")),
        .required("done", .count), .required("total", .count.nullable), .required("rate", .number.nullable),
        .required("remaining", .number.nullable),
        .required("error", Schema.object(.required("kind", .text), .required("message", .text)).nullable),
        .required("createdAt", .time), .required("startedAt", .time.nullable), .required("endedAt", .time.nullable),
        .required("detail", .dictionary(.anything)))

    static let photoCounts = Schema.object(
        .required("total", .count), .required("withFaces", .count), .required("withoutFaces", .count),
        .required("failed", .count), .required("waiting", .count), .required("missing", .count))

    static let overview = Schema.object(
        .required(
            "library", .object(.required("id", .id("lib")), .required("name", .text), .required("root", .text))),
        .required("photos", .reference("PhotoCounts")),
        .required(
            "faces",
            .object(
                .required("total", .count), .required("inPeople", .count), .required("loose", .count),
                .required("ignored", .count), .required("notConsidered", .count))),
        .required(
            "people",
            .object(
                .required("total", .count), .required("named", .count), .required("unnamed", .count),
                .required("hidden", .count))),
        .required("questions", .count),
        .required(
            "grouping",
            Schema.object(
                .required("id", .id("grp")), .required("at", .time), .required("model", .text),
                .required("facesUpTo", .count)
            ).nullable),
        .required("jobs", .array(.reference("Job"))),
        .required(
            "next",
            .object(.required("kind", .oneOf("review", "name", "import", "none")), .required("text", .text))))

    static let settings = Schema.object(
        .required("threshold", .similarity.nullable), .required("qualityFloor", .share),
        .required("minFacesShown", .count), .required("looseRetentionDays", .count.nullable),
        .required("version", .count))

    static let key = Schema.object(
        .required("id", .text), .required("name", .text), .required("scopes", .array(.text)),
        .required("createdAt", .time), .required("expiresAt", .time.nullable), .required("lastUsedAt", .time.nullable))

    static let user = Schema.object(
        .required("id", .id("usr")), .required("name", .text),
        .required("role", .oneOf(Role.allCases.map(\.rawValue))), .required("createdAt", .time))

    static let auditEntry = Schema.object(
        .required("seq", .count), .required("at", .time), .required("actor", .text), .required("key", .text.nullable),
        .required("action", .text), .required("objects", .array(.text)), .required("status", .count),
        .required("hash", .text))

    static let importFolder = Schema.object(
        .required("path", .text), .required("lastScan", .time.nullable), .required("photos", .reference("PhotoCounts")),
        .required("duplicates", .count), .required("watching", .boolean), .required("job", .reference("Job").nullable),
        .required(
            "failures",
            .array(
                .object(
                    .required("code", .text), .required("message", .text), .required("count", .count),
                    .required("paths", .array(.text))))))

    static let model = Schema.object(
        .required("id", .text), .required("role", .oneOf("embedder", "detector")), .required("name", .text),
        .required("licence", .text.nullable), .required("source", .text.nullable), .required("space", .text.nullable),
        .required("dimension", .count.nullable), .required("state", .oneOf("current", "building", "old")),
        .required("faces", .count.nullable))

    static let session = Schema.object(
        .required("user", .object(.required("id", .text), .required("name", .text))),
        .required("role", .oneOf(Role.allCases.map(\.rawValue))), .required("scopes", .array(.text)),
        .required("csrf", .text.nullable), .required("version", .text),
        .required("library", .object(.required("id", .id("lib")), .required("name", .text))))

    static let foundFace = Schema.object(
        .required("box", box), .required("landmarks", landmarks), .required("score", .number),
        .required("quality", .reference("Quality")), .optional("embedding", .array(.number)))

    static let similarPerson = Schema.object(
        .required("person", .reference("Person")), .required("similarity", .similarity))

    static let searchHit = Schema.object(
        .required("face", .reference("Face")), .required("person", .reference("Person").nullable),
        .required("similarity", .similarity))

    static let personChange = Schema.object(
        .required("decision", .reference("Decision")), .required("person", .reference("Person").nullable),
        .optional("created", .reference("Person")), .optional("face", .reference("Face")))

    static let jobStarted = Schema.object(.required("job", .reference("Job")))

    /// Open to further members: types of problems add their own.
    static let problem = Schema.object(
        .required("type", Schema(.string(.url))), .required("title", .text), .required("status", .integer(400...599)),
        .required("detail", .text), .required("instance", .text),
        .required("errors", .array(.object(.required("pointer", .text), .required("detail", .text)))),
        .optional("code", .text), .optional("limit", .count), .optional("current", .anything),
        .optional("names", .array(.text)), .optional("faces", .array(.anything)))
}
