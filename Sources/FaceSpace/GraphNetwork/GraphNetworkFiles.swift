public import FaceCore
import Glibc

/// The files of weights that a method reads: those that a person names, otherwise those that come with the program.
public struct GraphNetworkFiles: Sendable, Hashable {
    private let paths: [GraphNetworkKind: String]

    /// One file each of some of `kinds`; the others are the shipped ones. Throws as ``GraphNetworkCard``, `usage` for
    /// a network that is none of `kinds` or comes twice, and `component-missing` where none is shipped.
    public init(_ named: [String], for kinds: [GraphNetworkKind]) throws(LikenessError) {
        var paths: [GraphNetworkKind: String] = [:]
        for path in named {
            let kind = try GraphNetworkCard(path).kind
            guard kinds.contains(kind), paths[kind] == nil else {
                throw LikenessError(
                    .usage, subject: path,
                    paths[kind] == nil
                        ? "the method does not read a \(kind.rawValue)" : "a second \(kind.rawValue) was named")
            }
            paths[kind] = path
        }
        for kind in kinds where paths[kind] == nil {
            guard let shipped = Self.shipped(kind) else {
                throw LikenessError(
                    .componentMissing, subject: kind.rawValue, "its weights are not installed beside the program",
                    remedy: "name a file with --weights, or make one: likeness train graph")
            }
            paths[kind] = shipped
        }
        self.paths = paths
    }

    subscript(_ kind: GraphNetworkKind) -> String {
        guard let path = paths[kind] else { preconditionFailure("the method did not ask for \(kind)") }
        return path
    }

    /// The weights of a kind beside the running program, as SwiftPM and an installation leave them.
    public static func shipped(_ kind: GraphNetworkKind) -> String? {
        guard let program = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(program) }
        let folder = String(cString: program).split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let places = [
            "\(folder)/likeness_FaceSpace.resources/GraphNetworks", "\(folder)/../share/likeness/graph-networks",
        ]
        return places.map { "\($0)/\(kind.rawValue).safetensors" }.first { access($0, R_OK) == 0 }
    }
}
