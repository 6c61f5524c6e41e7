/// What is to be forgotten.
public enum ForgetSubject: Codable, Sendable, Hashable {
    case person(String)
    case photo(String)
    /// Every face, vector, crop and name; photos and settings stay.
    case library
}
