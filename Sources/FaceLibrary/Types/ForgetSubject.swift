/// What is to be forgotten.
public enum ForgetSubject: Codable, Sendable, Hashable {
    case person(String)
    case photo(String)
    /// Faces that are with nobody and were found before this time, in seconds since 1970.
    case loose(before: Double)
    /// Every face, vector, crop and name; photos and settings stay.
    case library
}
