package import HTTPTypes

/// Headers that every answer has.
package enum SecurityHeaders {
    /// No script, style, font or picture from elsewhere; nothing inline; no frame around the pages.
    /// Pictures may be `blob:` and `data:` for the photo that a person has just dropped on the search page.
    static let contentSecurityPolicy = """
        default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
        frame-ancestors 'none'
        """

    package static func add(to headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] = contentSecurityPolicy
        headers[.xContentTypeOptions] = "nosniff"
        headers[field("X-Frame-Options")] = "DENY"
        headers[field("Referrer-Policy")] = "no-referrer"
        headers[field("Cross-Origin-Resource-Policy")] = "same-origin"
        headers[field("Cross-Origin-Opener-Policy")] = "same-origin"
        headers[field("Permissions-Policy")] = "camera=(), microphone=(), geolocation=()"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }

    /// A header whose name is a literal of ours.
    package static func field(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
        return field
    }
}
