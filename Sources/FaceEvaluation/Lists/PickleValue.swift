/// What the machine of ``PickleMachine`` can hold: nothing that could act.
indirect enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// Bytes that lie in the file itself.
    case slice(Range<Int>)
    /// Bytes that had to be decoded.
    case bytes([UInt8])
    /// Text as it stands in the file, UTF-8.
    case text(Range<Int>)
    case list(PickleList)
    case tuple([PickleValue], depth: Int)
    /// The name of something that a pickle would import. Here it is a word to be compared.
    case global(PickleGlobal)
    /// A numpy dtype of one byte an item, and whether its items are truth values.
    case byteType(isBool: Bool)
    /// A numpy array that waits for its state.
    case emptyArray

    var depth: Int {
        if case .tuple(_, let depth) = self { return depth }
        return 0
    }
}

/// A list can be reached from several places, so it is a reference; it never holds another list, so nothing can go round.
final class PickleList {
    var items: [PickleValue] = []
}

/// The only names that a list of photos may mention.
enum PickleGlobal: String, CaseIterable {
    case encode = "_codecs encode"
    case reconstruct = "numpy.core.multiarray _reconstruct"
    case newReconstruct = "numpy._core.multiarray _reconstruct"
    case scalar = "numpy.core.multiarray scalar"
    case newScalar = "numpy._core.multiarray scalar"
    case fromBuffer = "numpy.core.numeric _frombuffer"
    case newFromBuffer = "numpy._core.numeric _frombuffer"
    case array = "numpy ndarray"
    case dtype = "numpy dtype"
    case bytes = "__builtin__ bytes"
    case newBytes = "builtins bytes"
}
