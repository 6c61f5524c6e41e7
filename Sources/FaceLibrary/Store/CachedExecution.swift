package import GRDB

extension Database {
    /// Executes a statement that is prepared once and kept: what is done at every change must not be parsed at every change.
    package func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

extension [Int] {
    /// For `json_each`, which makes rows of it: many numbers in one statement.
    var jsonList: String { "[\(map { "\($0)" }.joined(separator: ","))]" }
}
