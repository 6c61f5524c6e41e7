import FaceCore
import FaceLibrary
import HTTPTypes

/// Photos that are sent to the library, rather than looked at where they lie.
extension Routes {
    static func uploads(_ services: Services) -> [Route] {
        [
            Route(
                .post, "/v1/uploads", "uploadPhotos",
                "Keeps photos in the library's inbox and imports them; one that cannot be a photo is refused by itself",
                access: .scope(.job), limits: .write, audit: .change, idempotency: .natural, body: .files,
                answers: [
                    .json(
                        .object(
                            .required("job", .reference("Job")),
                            .required(
                                "photos", .array(.object(.required("name", .text), .required("bytes", .count)))),
                            .required(
                                "refused",
                                .array(
                                    .object(
                                        .required("name", .text), .required("code", .text), .required("detail", .text))
                                ))), status: 202, "Being imported")
                ], problems: [.busy]
            ) { call in try await upload(call, services) }
        ]
    }

    private struct Uploaded: Encodable {
        let job: Job
        let photos: [InboxIntake.Received]
        let refused: [InboxIntake.Refused]
    }

    private static func upload(_ call: Call, _ services: Services) async throws -> Reply {
        let inbox = services.inbox
        try inbox.prepare()
        try inbox.enter()
        defer { inbox.leave() }
        let intake = InboxIntake(folder: inbox.folder)
        try await BodyReader(request: call.request).files(
            limit: PhotoInbox.requestLimit, patience: PhotoInbox.patience, intake.take)
        let (received, refused) = (intake.received, intake.refused)
        guard !received.isEmpty else {
            let faults = refused.prefix(20).map { FieldFault(pointer: "/photo", detail: "\($0.name) \($0.detail)") }
            throw Problem(.unreadableImage, "none of the files is a photo that is read", faults: Array(faults))
        }
        let folder = inbox.folder
        let job = try await services.ask { try $0.enqueueImport([folder], unseen: true) }
        return try .json(Uploaded(job: job, photos: received, refused: refused), status: 202, subjects: [job.id])
    }
}
