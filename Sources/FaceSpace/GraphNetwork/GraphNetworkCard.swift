public import FaceCore

/// What the header of a file of weights says of its network: which it is, what it reads, how it was made.
public struct GraphNetworkCard: Sendable, Hashable {
    public var kind: GraphNetworkKind
    /// Numbers that it reads of a row: those of a vector, or of ``frame``.
    public var dimension: Int
    /// Entries of the lists that it was trained on.
    public var neighbours: Int
    /// Units of the averaging layers.
    public var hidden: [Int]
    /// Id of the space of its vectors; ``anySpace`` for all of unit vectors, learnt under random rotations.
    public var space: String
    /// Which data, how many steps, in one sentence.
    public var training: String
    public var seed: UInt64
    /// In which axes it reads the rows of a proposal; all but GCN-D and GCN-S read vectors as they are.
    public var frame: GraphFrame

    public static let anySpace = "any"
    private static let format = "graph-network 1"

    public init(
        kind: GraphNetworkKind, dimension: Int, neighbours: Int, hidden: [Int], space: String = anySpace,
        training: String = "", seed: UInt64 = 0, frame: GraphFrame = .space
    ) {
        (self.kind, self.dimension, self.neighbours, self.hidden) = (kind, dimension, neighbours, hidden)
        (self.space, self.training, self.seed, self.frame) = (space, training, seed, frame)
    }

    /// Throws as ``FaceCore/Safetensors``, and `file-format` for a file of something else.
    public init(_ path: String) throws(LikenessError) {
        try self.init(Safetensors(path).metadata, path: path)
    }

    init(_ metadata: [String: String], path: String) throws(LikenessError) {
        func broken(_ what: String) -> LikenessError {
            LikenessError(
                .fileFormat, subject: path, "is no graph network: \(what)",
                remedy: "name a file that `likeness train graph` wrote")
        }
        guard metadata["likeness"] == Self.format else { throw broken("its header does not say so") }
        guard let kind = metadata["kind"].flatMap(GraphNetworkKind.init(rawValue:)) else {
            throw broken("its kind is '\(metadata["kind"] ?? "")'")
        }
        func count(_ key: String) throws(LikenessError) -> Int {
            guard let value = metadata[key].flatMap({ Int($0) }), (1...1 << 20).contains(value) else {
                throw broken("its header gives no \(key)")
            }
            return value
        }
        self.kind = kind
        dimension = try count("dimension")
        neighbours = try count("neighbours")
        let widths = (metadata["hidden"] ?? "").split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard !widths.isEmpty, widths.allSatisfy({ $0.map { (1...1 << 20).contains($0) } ?? false }) else {
            throw broken("its header gives no hidden units")
        }
        hidden = widths.compactMap { $0 }
        guard let space = metadata["space"], !space.isEmpty else { throw broken("its header gives no space") }
        self.space = space
        training = metadata["training"] ?? ""
        guard let seed = metadata["seed"].flatMap({ UInt64($0) }) else { throw broken("its header gives no seed") }
        self.seed = seed
        guard let frame = Self.frame(metadata, kind, dimension) else {
            throw broken("a \(kind.rawValue) has no frame '\(metadata["frame"] ?? "")' of \(dimension) numbers")
        }
        self.frame = frame
    }

    /// The frame of a header; files from before there were others say nothing. `nil` where it makes no sense.
    private static func frame(_ metadata: [String: String], _ kind: GraphNetworkKind, _ dimension: Int) -> GraphFrame? {
        let (name, context) = (metadata["frame"] ?? "space", metadata["context"] ?? "false")
        if name == "space" { return .space }
        guard name == "own", kind.readsProposals, let context = Bool(context) else { return nil }
        let axes = dimension - (context ? ProposalContext.numbers : 0)
        return axes > 0 ? .own(axes: axes, context: context) : nil
    }

    /// The header of the file.
    public var metadata: [String: String] {
        var out = [
            "likeness": Self.format, "kind": kind.rawValue, "dimension": "\(dimension)", "neighbours": "\(neighbours)",
            "hidden": hidden.map(String.init).joined(separator: ","), "space": space, "training": training,
            "seed": "\(seed)",
        ]
        if case .own(_, let context) = frame { (out["frame"], out["context"]) = ("own", "\(context)") }
        return out
    }

    /// Throws `dimension-mismatch` or `space-mismatch` where these vectors are not what the network reads.
    public func require(_ input: ClusteringInput) throws(LikenessError) {
        if frame == .space { try requireDimension(dimension, of: input) }
        guard input.count == 0 || space == Self.anySpace || space == input.space.id else {
            throw LikenessError(
                .spaceMismatch, subject: input.space.id, "the network \(kind.rawValue) was trained for \(space)",
                remedy: "use weights that were trained on \(input.space.id)")
        }
    }

    /// Throws `file-format` unless the file is of a kind and its tensors are as wide as the header says.
    func require(
        _ wanted: GraphNetworkKind, dimension found: Int, hidden widths: [Int], path: String
    ) throws(LikenessError) {
        guard kind == wanted else {
            throw LikenessError(
                .fileFormat, subject: path, "holds a \(kind.rawValue), a \(wanted.rawValue) was asked for")
        }
        guard dimension == found, hidden == widths else {
            throw LikenessError(
                .fileFormat, subject: path,
                "its header tells of \(dimension) numbers and \(hidden) units, its tensors have \(found) and \(widths)")
        }
    }
}

/// Throws `dimension-mismatch` unless the vectors have as many numbers as a network reads.
private func requireDimension(_ dimension: Int, of input: ClusteringInput) throws(LikenessError) {
    guard input.count == 0 || input.vectors.columns == dimension else {
        throw LikenessError(
            .dimensionMismatch,
            "the network reads vectors of \(dimension) numbers, these have \(input.vectors.columns)",
            remedy: "train one for \(input.space.id): likeness train graph")
    }
}
